//! The plan in the forms for people: the same answer, drawn.

use tonic::Status;

use super::{Service, error};
use crate::{
    present::{Names, Plan},
    wire::{self, v1},
};

/// Where the reference stands in a request.
const REFERENCE: &str = "plan_reference";

impl Service {
    /// Generates a protocol and shows it as `text/calendar`.
    ///
    /// Without a reference it is refused: events that cannot be updated stay in the calendar when the plan changes, and
    /// the id of the protocol, which there is always, changes with every fact.
    pub fn generate_calendar(&self, request: v1::GenerateProtocolRequest) -> Result<String, Status> {
        let Some(reference) = request.plan_reference.clone() else { return Err(self.without_reference(&request)) };
        self.drawn(request, |plan| plan.calendar(&reference))
    }

    /// Generates a protocol and shows it as `image/svg+xml`.
    pub fn generate_drawing(&self, request: v1::GenerateProtocolRequest) -> Result<String, Status> {
        self.drawn(request, |plan| plan.svg())
    }

    /// What procedures are called.
    pub fn names(&self) -> Names<'_> {
        Names::new(&self.shown().procedures)
    }

    fn drawn(
        &self,
        request: v1::GenerateProtocolRequest,
        show: impl FnOnce(&Plan<'_>) -> String,
    ) -> Result<String, Status> {
        let answer = self.generate_protocol(request.clone())?;
        let names = self.names();
        // An answer is only given to a request with a start date.
        let plan = Plan::new(&names, &request, &answer).ok_or_else(error::internal)?;
        Ok(show(&plan))
    }

    /// Everything that is wrong with a request, and that the reference is missing.
    fn without_reference(&self, request: &v1::GenerateProtocolRequest) -> Status {
        let read = wire::case(self.knowledge().vocabulary(), request);
        let mut invalid = read.err().unwrap_or_default();
        invalid.wrong(
            REFERENCE,
            "is required for a calendar; choose one without patient data, for example a random UUID: a later plan with \
             the same one updates the events",
        );
        error::invalid_request(invalid)
    }
}
