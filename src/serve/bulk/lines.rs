//! Cuts a body into lines, of which none is held beyond its limit.

use axum::body::Body;
use bytes::{Buf as _, Bytes, BytesMut};
use http_body_util::BodyExt as _;
use tonic::Status;

use crate::serve::error;

/// One line that is not blank.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    Whole(Bytes),
    /// Longer than the limit: what it held is thrown away up to its end.
    TooLarge {
        most: usize,
    },
}

impl Line {
    /// The bytes that are held of it.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Whole(line) => line.len(),
            Self::TooLarge { .. } => 0,
        }
    }

    fn is_blank(&self) -> bool {
        matches!(self, Self::Whole(line) if line.iter().all(u8::is_ascii_whitespace))
    }
}

/// The lines of a body.
#[derive(Debug)]
pub(super) struct Lines {
    /// `None` after its end.
    body: Option<Body>,
    most: usize,
    /// What came and was not looked at.
    rest: Bytes,
    /// A line whose end has not come.
    begun: BytesMut,
    /// The rest of this line is thrown away.
    skipping: bool,
}

impl Lines {
    /// Of at most `most` bytes, the line feed not counted.
    pub(super) fn new(body: Body, most: usize) -> Self {
        Self { body: Some(body), most, rest: Bytes::new(), begun: BytesMut::new(), skipping: false }
    }

    /// Waits for the first bytes: only then does a client that expects "100 Continue" get it.
    pub(super) async fn begin(&mut self) -> Result<(), Status> {
        self.read().await
    }

    /// The next line; an error is the end of the stream. Can be dropped while it waits: nothing is lost.
    pub(super) async fn next(&mut self) -> Option<Result<Line, Status>> {
        loop {
            if let Some(line) = self.cut() {
                return Some(Ok(line));
            }
            if self.body.is_none() {
                // The last line may lack its end.
                let last = std::mem::take(&mut self.begun).freeze();
                let line = if last.len() > self.most { Line::TooLarge { most: self.most } } else { Line::Whole(last) };
                return (!line.is_blank()).then_some(Ok(line));
            }
            if let Err(status) = self.read().await {
                self.begun.clear();
                return Some(Err(status));
            }
        }
    }

    async fn read(&mut self) -> Result<(), Status> {
        let Some(body) = &mut self.body else { return Ok(()) };
        match body.frame().await {
            Some(Ok(frame)) => {
                // Trailers hold no line.
                self.rest = frame.into_data().unwrap_or_default();
                Ok(())
            }
            None => {
                self.body = None;
                Ok(())
            }
            Some(Err(_)) => {
                self.body = None;
                Err(error::body_ended_early())
            }
        }
    }

    /// The next line of what came.
    fn cut(&mut self) -> Option<Line> {
        while !self.rest.is_empty() {
            let end = self.rest.iter().position(|it| *it == b'\n');
            let part = self.rest.split_to(end.unwrap_or(self.rest.len()));
            if end.is_some() {
                self.rest.advance(1);
            }
            if self.skipping {
                self.skipping = end.is_none();
                continue;
            }
            // A carriage return at the end is not part of the line.
            let length = self.begun.len().saturating_add(part.len());
            let returns = end.is_some() && part.last().or(self.begun.last()) == Some(&b'\r');
            if length.saturating_sub(usize::from(returns)) > self.most.saturating_add(usize::from(end.is_none())) {
                self.begun = BytesMut::new();
                self.skipping = end.is_none();
                return Some(Line::TooLarge { most: self.most });
            }
            if end.is_none() {
                self.begun.extend_from_slice(&part);
                continue;
            }
            let mut line = if self.begun.is_empty() {
                part
            } else {
                self.begun.extend_from_slice(&part);
                std::mem::take(&mut self.begun).freeze()
            };
            line.truncate(length.saturating_sub(usize::from(returns)));
            let line = Line::Whole(line);
            if !line.is_blank() {
                return Some(line);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use std::convert::Infallible;

    use axum::body::Body;
    use bytes::Bytes;
    use futures_util::stream;

    use super::{Line, Lines};

    async fn cut(text: &'static str, at_once: usize, most: usize) -> Vec<Line> {
        let parts = text.as_bytes().chunks(at_once).map(|it| Ok::<_, Infallible>(Bytes::from_static(it)));
        let mut lines = Lines::new(Body::from_stream(stream::iter(parts.collect::<Vec<_>>())), most);
        let mut all = Vec::new();
        while let Some(line) = lines.next().await {
            all.push(line.unwrap());
        }
        all
    }

    #[tokio::test]
    async fn lines_are_the_same_however_they_come() {
        let whole = |it: &'static str| Line::Whole(Bytes::from_static(it.as_bytes()));
        let too_large = || Line::TooLarge { most: 4 };
        for at_once in 1..30 {
            for (text, lines) in [
                ("", vec![]),
                ("\n", vec![]),
                ("\r\n \t\n\n", vec![]),
                ("a", vec![whole("a")]),
                ("a\n", vec![whole("a")]),
                ("\n\na\r\n\nbc\n   ", vec![whole("a"), whole("bc")]),
                ("abcd\r\nabc\r\r\nabcd\r", vec![whole("abcd"), whole("abc\r"), too_large()]),
                ("abcd\nabcde\nabcd", vec![whole("abcd"), too_large(), whole("abcd")]),
                ("abcdefghijklmn", vec![too_large()]),
                ("abcdefghijklmn\n\nx", vec![too_large(), whole("x")]),
                ("abcdefghi\nabcdefghi\n", vec![too_large(), too_large()]),
            ] {
                assert_eq!(cut(text, at_once, 4).await, lines, "{text:?} by {at_once}");
            }
        }
    }

    #[tokio::test]
    async fn a_body_that_breaks_off_gives_no_half_line() {
        let parts = [Ok(Bytes::from_static(b"a\nb")), Err(std::io::Error::other("gone"))];
        let mut lines = Lines::new(Body::from_stream(stream::iter(parts)), 10);
        assert_eq!(lines.next().await.unwrap().unwrap(), Line::Whole(Bytes::from_static(b"a")));
        assert!(lines.next().await.unwrap().is_err());
        assert!(lines.next().await.is_none());
    }
}
