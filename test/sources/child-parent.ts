/** Starts the program that it is given, tells its process number, and waits to be killed. */
import { ChildProgram } from '../../src/sources/child-program.js';

const [, , path = '', ...args] = process.argv;
const child = new ChildProgram(path, args);
process.stdout.write(`${child.pid}\n`);
setInterval(() => {}, 1000);
