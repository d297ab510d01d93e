// What every Fastify peer has in common: reads the question, sends the page.
import Fastify from 'fastify';

const SORTS = new Set(['quote_volume_24h', 'change_24h_pct', 'last']);

/** Serves pages; `page(quote, field, offset, limit)` resolves to {rows, total}, `rows` being joined JSON text. */
export async function serve(port, page) {
  const app = Fastify();
  app.get('/v1/markets', async (request, reply) => {
    const { quote = '', sort = '-quote_volume_24h' } = request.query;
    const number = Number(request.query.page ?? 1), size = Number(request.query.per_page ?? 50);
    const field = sort.slice(1);
    if (!sort.startsWith('-') || !SORTS.has(field) || !(number >= 1) || !(size >= 1 && size <= 250)) return reply.code(400).send({ title: 'Bad parameter' });
    const { rows, total } = await page(quote, field, (number - 1) * size, size);
    return reply.type('application/json').send(`{"data":[${rows}],"page":{"number":${number},"size":${size},"total":${total},"pages":${Math.ceil(total / size)}}}`);
  });
  await app.listen({ port: Number(port), host: '127.0.0.1' });
}
