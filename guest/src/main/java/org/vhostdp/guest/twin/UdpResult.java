package org.vhostdp.guest.twin;

/**
 * Outcome of sending datagrams.
 *
 * @param sent datagrams that the device has taken
 * @param bytes payload bytes of those
 * @param nanos time from the first to the return of the last buffer
 */
public record UdpResult(long sent, long bytes, long nanos) {}
