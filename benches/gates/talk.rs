//! Asks a server one request after another by both doors, and looks at every answer.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
};

use cicatrix::wire::v1::protocol_service_client::ProtocolServiceClient;
use prost::Message as _;
use tonic::transport::Channel;

use crate::{child::Child, floor};

/// Requests by each door. One of 64 plans has its rules counted, so that a multiple of that is fair.
pub(crate) const REQUESTS: u32 = 128;
/// Requests before those: what is made once is made then.
const WARMING: u32 = 16;

/// Leaves four marks: REST warm, REST done, gRPC warm, gRPC done.
pub(crate) fn warm_and_measure(child: &mut Child, reply: &floor::Reply) {
    let address = child.line();
    let mut rest = Rest::to(&address);
    for count in [WARMING, REQUESTS] {
        for _ in 0..count {
            assert!(rest.ask() == reply.json, "another answer by REST");
        }
        child.mark();
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let channel = Channel::from_shared(format!("http://{address}")).unwrap().connect().await.unwrap();
        let mut client = ProtocolServiceClient::new(channel).max_decoding_message_size(reply.proto.len() * 2);
        for count in [WARMING, REQUESTS] {
            for _ in 0..count {
                let answer = client.generate_protocol(floor::request()).await.unwrap().into_inner();
                assert!(answer.encode_to_vec() == reply.proto, "another answer by gRPC");
            }
            child.mark();
        }
    });
}

/// One connection by HTTP/1.1.
struct Rest {
    stream: TcpStream,
    request: Vec<u8>,
}

impl Rest {
    fn to(address: &str) -> Self {
        let body = serde_json::to_vec(&floor::request()).unwrap();
        let head = format!(
            "POST {} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            floor::REST,
            body.len()
        );
        let stream = TcpStream::connect(address).unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream, request: [head.as_bytes(), &body].concat() }
    }

    /// The body of the answer.
    fn ask(&mut self) -> Vec<u8> {
        self.stream.write_all(&self.request).unwrap();
        let (mut answer, mut part) = (Vec::new(), [0; 64 * 1024]);
        loop {
            let count = self.stream.read(&mut part).unwrap();
            assert!(count > 0, "the connection ended");
            answer.extend(&part[..count]);
            let Some(end) = answer.windows(4).position(|it| it == b"\r\n\r\n") else { continue };
            let head = String::from_utf8_lossy(&answer[..end]).to_ascii_lowercase();
            let length = head.lines().find_map(|it| it.strip_prefix("content-length: ")).unwrap();
            if answer.len() >= end + 4 + length.parse::<usize>().unwrap() {
                return answer.split_off(end + 4);
            }
        }
    }
}
