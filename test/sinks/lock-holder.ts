import { takeLock } from '../../src/sinks/sqlite-lock.js';

// Holds the lock of the database named first until it is killed or its parent ends.
takeLock(process.argv[2], 'ertd run', Number(process.argv[3]));
process.stdin.on('end', () => process.exit()).resume();
process.stdout.write('held\n');
