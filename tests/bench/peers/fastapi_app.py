"""FastAPI over Redis, by WAY: `python` fetches every row of a quote, parses, sorts and pages them; `evalsha` has the page
cut inside Redis and joins rows as bytes. REDIS_SOCKET says where Redis is."""

import json
import os
import pathlib

from fastapi import FastAPI, HTTPException, Response
from fastapi.responses import JSONResponse
import redis.asyncio

SORTS = ("quote_volume_24h", "change_24h_pct", "last")
app = FastAPI()
store = redis.asyncio.Redis(unix_socket_path=os.environ["REDIS_SOCKET"])
page_of = store.register_script((pathlib.Path(__file__).parent / "page.lua").read_text())


def checked(sort, page, per_page):
    if sort[:1] != "-" or sort[1:] not in SORTS or page < 1 or not 1 <= per_page <= 250:
        raise HTTPException(400, "Bad parameter")
    return sort[1:]


async def by_python(quote: str, sort: str = "-quote_volume_24h", page: int = 1, per_page: int = 50):
    field = checked(sort, page, per_page)
    ids = await store.smembers("ids:" + quote)
    rows = [json.loads(text) for text in await store.mget([b"m:" + one for one in ids])]
    rows.sort(key=lambda row: (float(row[field]), row["id"]), reverse=True)
    shown = rows[(page - 1) * per_page : page * per_page]
    return JSONResponse({"data": shown, "page": {
        "number": page, "size": per_page, "total": len(rows), "pages": -(-len(rows) // per_page)}})


async def by_evalsha(quote: str, sort: str = "-quote_volume_24h", page: int = 1, per_page: int = 50):
    field = checked(sort, page, per_page)
    total, rows = await page_of([f"z:{quote}:{field}"], [(page - 1) * per_page, per_page])
    return Response(b'{"data":[%b],"page":{"number":%d,"size":%d,"total":%d,"pages":%d}}' % (
        b",".join(rows), page, per_page, total, -(-total // per_page)), media_type="application/json")


app.get("/v1/markets")({"python": by_python, "evalsha": by_evalsha}[os.environ["WAY"]])
