import { Command } from 'commander';
import { createLogger } from '../log.js';
import { addConfigOptions, loadCommandConfig } from './config-options.js';
import type { CommandContext } from './context.js';

const HELP = `
Each receiver of the fleet runs ertd with a topic of its own, and publishes all it hears:

  [mqtt]
  url = "mqtts://broker.example:8883"
  topic = "roof"
  packets = true
  [readings]
  unknown = "store"

The collector has the same [mqtt], and [postgres]. What several receivers hear of one transmission is kept once, with how
each heard it, and believed by the same rules as ertd run believes. Several collectors may share the work, each with a
name of its own (collect.member). What is published while no collector runs waits at the broker, if that keeps sessions.

Examples:
  ertd collect --config fleet.toml
  ERTD_COLLECT_MEMBER=two ertd collect --config fleet.toml      # another one, beside it
`;

/** `ertd collect`: one database of what many receivers hear. */
export function collectCommand(context: CommandContext): Command {
  return addConfigOptions(new Command('collect'), ['log.level', 'log.format'])
    .description('gather what many receivers publish over MQTT in one PostgreSQL')
    .addHelpText('after', HELP)
    .action(async (_options: unknown, command: Command) => {
      const { config } = loadCommandConfig(command, context);
      const { Collector } = await import('../daemon/fleet/collector.js');
      await new Collector(config, createLogger(config.log, context.stderr)).run(context.signal);
    });
}
