import { defineSystem } from '../../sdk/define-system.ts';
import { connectScanner } from './connect.ts';
import { findings } from './findings.ts';
import { ScannerSettings } from './scanner-settings.ts';

/** Scanners of other people's making: started with fixed arguments, or read from where they write. Read only. */
export const scanner = defineSystem({
  name: 'scanner',
  settings: ScannerSettings,
  connect: connectScanner,
  tools: [findings],
});
