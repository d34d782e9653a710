"""What systemd does for a service of Type=notify: a datagram socket. Prints a line of JSON for each message."""

import json
import socket
import sys

notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
notify.bind(sys.argv[1])
print(json.dumps("listening"), flush=True)
while True:
    print(json.dumps(notify.recv(65536).decode()), flush=True)
