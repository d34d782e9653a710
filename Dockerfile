# Container of ertd, for amd64 and arm64:
#   docker buildx build --platform linux/amd64,linux/arm64 -t ertd .
# See docs/container.md.

FROM node:22-bookworm-slim AS build
# SQLite's binding is compiled where there is no binary for the machine.
RUN apt-get update \
 && apt-get install -y --no-install-recommends build-essential python3 \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
COPY scripts ./scripts
RUN npm ci --ignore-scripts=false
COPY tsconfig.json ./
COPY bin ./bin
COPY src ./src
RUN npm run build && npm prune --omit=dev

FROM node:22-bookworm-slim
# rtl_tcp opens dongles; tini passes signals on and buries children.
RUN apt-get update \
 && apt-get install -y --no-install-recommends rtl-sdr tini \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --groups plugdev --home-dir /var/lib/ertd --create-home ertd
WORKDIR /opt/ertd
COPY --from=build /build/package.json ./
COPY --from=build /build/node_modules ./node_modules
COPY --from=build /build/bin ./bin
COPY --from=build /build/dist ./dist
RUN ln -s /opt/ertd/bin/ertd.js /usr/local/bin/ertd
# Threads share what memory is free instead of keeping it.
ENV MALLOC_ARENA_MAX=2
USER ertd
VOLUME /var/lib/ertd
EXPOSE 8080 9464
HEALTHCHECK --interval=1m --timeout=10s --start-period=1m CMD ["ertd", "status"]
ENTRYPOINT ["/usr/bin/tini", "--", "ertd"]
CMD ["run"]
