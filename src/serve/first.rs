//! The first bytes of a connection: enough to know its protocol, within a time.
//!
//! hyper waits for ever for them. They are read here first, and hyper gets them again.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, ReadBuf};

/// What an HTTP/2 connection begins with (RFC 9113, 3.4).
const PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// A connection whose protocol is known.
#[derive(Debug)]
pub(super) struct Known<S> {
    read: [u8; PREFACE.len()],
    length: usize,
    /// How much of it was given on.
    given: usize,
    inner: S,
}

impl<S: AsyncRead + Unpin> Known<S> {
    /// Reads until it is HTTP/2 or cannot be; `None` when the other end hangs up before.
    pub(super) async fn read(mut inner: S) -> io::Result<Option<Self>> {
        let (mut read, mut length) = ([0; PREFACE.len()], 0);
        while let Some(rest) = read.get_mut(length..).filter(|it| !it.is_empty()) {
            let more = inner.read(rest).await?;
            if more == 0 {
                return Ok(None);
            }
            length += more;
            if read.get(..length) != PREFACE.get(..length) {
                break;
            }
        }
        Ok(Some(Self { read, length, given: 0, inner }))
    }
}

impl<S> Known<S> {
    /// Else it is HTTP/1.
    pub(super) fn is_http2(&self) -> bool {
        self.read.get(..self.length) == Some(PREFACE)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Known<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let Self { read, length, given, inner } = &mut *self;
        let rest = read.get(*given..*length).unwrap_or_default();
        if rest.is_empty() {
            return Pin::new(inner).poll_read(cx, buf);
        }
        let now = rest.len().min(buf.remaining());
        buf.put_slice(rest.get(..now).unwrap_or_default());
        *given += now;
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Known<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};

    use super::{Known, PREFACE};

    #[tokio::test]
    async fn every_byte_is_given_again_however_they_come() {
        for sent in [&PREFACE[..], b"GET / HTTP/1.1\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nabc", b"POST", b"PRX"] {
            for at_once in [1, 3, 24, 100] {
                let (mut client, server) = duplex(1000);
                let reading = tokio::spawn(Known::read(server));
                for part in sent.chunks(at_once) {
                    client.write_all(part).await.unwrap();
                    tokio::task::yield_now().await;
                }
                drop(client);
                let mut got = Vec::new();
                reading.await.unwrap().unwrap().unwrap().read_to_end(&mut got).await.unwrap();
                assert_eq!(got, sent);
            }
        }
    }

    #[tokio::test]
    async fn a_beginning_that_could_be_either_is_waited_for() {
        for sent in ["", "P", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r"] {
            let (mut client, server) = duplex(1000);
            client.write_all(sent.as_bytes()).await.unwrap();
            let reading = tokio::spawn(Known::read(server));
            tokio::task::yield_now().await;
            assert!(!reading.is_finished(), "{sent}");
            drop(client);
            assert!(reading.await.unwrap().unwrap().is_none(), "{sent}");
        }
    }
}
