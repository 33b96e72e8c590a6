//! poolpass
