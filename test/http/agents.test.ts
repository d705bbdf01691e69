import { expect, test } from 'vitest';
import { requireProxies } from '../../lib/http/agents.ts';

test.each(['24.5.0', '24.21.0', '25.0.0', '26.12.1'])('Node %s goes through a proxy', (node) => {
  expect(() => requireProxies(node)).not.toThrow();
});

test.each(['20.20.2', '22.23.5', '24.4.1'])('Node %s would pass it over: refused', (node) => {
  expect(() => requireProxies(node)).toThrow(
    expect.objectContaining({ code: 'ASSAY_SETTING_INVALID', message: expect.stringContaining('Node 24.5 or newer') }),
  );
});
