import { deviceUrl, networksOf } from './networks.js';

const NETWORKS = networksOf(['10.8.0.0/16', 'fd00:8::/32']);

it.each([
  ['http://10.8.0.31', 'http://10.8.0.31'],
  ['http://10.8.0.31:80/', 'http://10.8.0.31'],
  ['https://10.8.0.31:8443', 'https://10.8.0.31:8443'],
  ['http://[fd00:8::1]:81', 'http://[fd00:8::1]:81'],
  ['http://[::ffff:10.8.0.31]', 'http://[::ffff:a08:1f]'],
  // 10.8.0.31 in one number
  ['http://168296479', 'http://10.8.0.31'],
  ['http://10.9.0.31', undefined],
  ['http://169.254.169.254', undefined],
  ['http://localhost', undefined],
  ['http://10.8.0.31.example.org', undefined],
  ['http://admin:x@10.8.0.31', undefined],
  ['http://10.8.0.31/ISAPI', undefined],
  ['http://10.8.0.31?x', undefined],
  ['ftp://10.8.0.31', undefined],
  ['10.8.0.31', undefined],
])('%s: %s', (text, expected) => {
  expect(deviceUrl(NETWORKS, text)).toBe(expected);
});
