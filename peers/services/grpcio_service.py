"""The same answer by grpcio: nothing is read and nothing is decided, ready bytes are returned.

Arguments: the address to listen on, and a directory with reply.pb.
"""

import asyncio
import pathlib
import sys

import grpc

reply = pathlib.Path(sys.argv[2], "reply.pb").read_bytes()


async def generate(request, context):
    return reply


async def main():
    server = grpc.aio.server()
    handler = grpc.unary_unary_rpc_method_handler(generate)
    methods = {"GenerateProtocol": handler}
    server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler("cicatrix.v1.ProtocolService", methods)])
    assert server.add_insecure_port(sys.argv[1])
    await server.start()
    await server.wait_for_termination()


asyncio.run(main())
