#!/usr/bin/env node
// The command line: what the operator types, and with which code it ends.
import { commands } from './commands/index.ts'
import { runCommand } from './commands/run.ts'

process.exitCode = await runCommand(process.argv.slice(2), commands, { environment: process.env })
