package org.vhostdp.cli;

import jdk.jfr.FlightRecorder;
import jdk.jfr.Recording;
import jdk.jfr.RecordingState;

/**
 * Recordings of the Flight Recorder at the end of a process that does not wait for Java's own end.
 */
final class FlightRecordings {
  private FlightRecordings() {}

  /** Stops them, which writes those that have a file. */
  static void finish() {
    if (!FlightRecorder.isInitialized()) {
      return;
    }
    for (Recording recording : FlightRecorder.getFlightRecorder().getRecordings()) {
      if (recording.getState() == RecordingState.RUNNING) {
        recording.stop();
      }
    }
  }
}
