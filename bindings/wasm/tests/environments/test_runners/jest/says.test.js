test('what jsdom lacks is said at the import', async () => {
  const error = await import('poolpass').catch((thrown) => thrown);
  expect([error.name, error.kind]).toEqual(['PoolpassError', 'platform']);
  expect(error.message).toMatch(/TextDecoder.*jest-fixed-jsdom/);
});
