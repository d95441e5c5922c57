//! Everything that touches the outside world, once, concurrently, under one deadline. Fills [`crate::facts::Facts`].
//!
//! Each source is its own file, and what it learns is serializable: a recorded [`Evidence`](crate::analyse) can be judged again.

pub mod links;
pub mod lists;
pub mod policies;
pub mod rspamd;
pub mod server;
pub mod spam;
pub mod spamd;
