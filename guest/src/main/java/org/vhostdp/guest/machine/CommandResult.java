package org.vhostdp.guest.machine;

import java.io.IOException;
import java.time.Duration;

/**
 * What a command in a guest gave back.
 *
 * @param status its exit status, 0 to 255; {@link #TIMED_OUT} or {@link #KILLED} when its time ran
 *     out, 128 + n when signal n ended it
 * @param output standard output and standard error as they were interleaved, read as UTF-8; what it
 *     had written so far when its time ran out
 * @param took from sending the command to the last byte of its output, on the host's clock
 */
public record CommandResult(int status, String output, Duration took) {
  /** Status of a command that its time limit ended with SIGTERM, as timeout(1) reports it. */
  public static final int TIMED_OUT = 124;

  /** Status of a command that ignored SIGTERM at its time limit and was killed a second later. */
  public static final int KILLED = 137;

  /** Whether the status is 0. */
  public boolean succeeded() {
    return status == 0;
  }

  /**
   * This result, if the command succeeded.
   *
   * @throws IOException if the status is not 0; its message holds status and output
   */
  public CommandResult required() throws IOException {
    if (!succeeded()) {
      String reason = status == TIMED_OUT ? "ran out of time" : "ended with status " + status;
      throw new IOException("The guest's command " + reason + ": " + output.strip());
    }
    return this;
  }
}
