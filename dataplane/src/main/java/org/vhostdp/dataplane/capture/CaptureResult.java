package org.vhostdp.dataplane.capture;

/**
 * What became of a capture.
 *
 * @param frames written
 * @param dropped frames that found no room on their way to the writer
 * @param failure why it ended before it was told to, a sentence; null if it did not
 */
public record CaptureResult(long frames, long dropped, String failure) {}
