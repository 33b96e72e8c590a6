package dev.poolpass

/** A device from which the signed-in person has signed in, and which the user pool remembers. */
typealias Device = dev.poolpass.ffi.Device
