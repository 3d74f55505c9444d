"""Serves a GGUF model with llama.cpp's own server, which speaks the OpenAI API: serve.py MODEL PORT.

Port 0 is any free one; the address is printed when the model is loaded. HOST is the address to listen on, 127.0.0.1 if it is not set.
With API_KEY it serves nobody who does not send that.
"""

import os
import signal
import sys

import xllamacpp

path, port = sys.argv[1], int(sys.argv[2])
parameters = xllamacpp.CommonParams()
parameters.model.path = path
parameters.model_alias = {"smollm2-135m-instruct"}
parameters.hostnames = [os.environ.get("HOST", "127.0.0.1")]
parameters.port = port
if key := os.environ.get("API_KEY"):
    parameters.api_keys = [key]
parameters.n_ctx = 4096
# One answer at a time. Two at once take as long on one thread, and what follows an answer that was broken off would go to the other
# place, which has not read the conversation yet.
parameters.n_parallel = 1
parameters.use_jinja = True
# Unless it is asked otherwise it says what it finds likeliest: so small a model that draws lots is wrong more often.
parameters.sampling.temp = 0
# One thread: with two on two busy cores it collapses.
parameters.cpuparams.n_threads = 1
parameters.cpuparams_batch.n_threads = 1
server = xllamacpp.Server(parameters)
print(server.listening_address, flush=True)
signal.pause()
