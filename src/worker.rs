//! Claims jobs, examines with bounded concurrency, retries, catches panics, and tells the waiting pages.
