import { readFileSync } from 'node:fs';

const TICK_MS = 10;

/** Processor time that a process has used, in milliseconds: in its own code, and in the kernel's on its behalf. */
export function cpuMs(pid: number): { readonly own: number; readonly kernel: number } {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return { own: Number(fields[11]) * TICK_MS, kernel: Number(fields[12]) * TICK_MS };
}

/** Memory of a process: at its highest, and now. */
export function rssMb(pid: number): { readonly peak: number; readonly now: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const line = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? Infinity) / 1024;
  return { peak: line('VmHWM'), now: line('VmRSS') };
}
