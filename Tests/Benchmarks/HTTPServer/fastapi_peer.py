"""fastapi_peer.py PORT: `GET /things/{id}` with 60 bytes of JSON, as FastAPI's users write it, on uvloop and httptools."""

import sys

import uvicorn
from fastapi import FastAPI

app = FastAPI()


@app.get("/things/{id}")
async def thing(id: str):
    return {"id": id, "status": "active"}


uvicorn.run(app, port=int(sys.argv[1]), loop="uvloop", http="httptools", access_log=False, log_level="warning", backlog=1024)
