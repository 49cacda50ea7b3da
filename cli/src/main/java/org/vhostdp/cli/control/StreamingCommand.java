package org.vhostdp.cli.control;

import java.io.IOException;
import java.util.Map;
import org.vhostdp.linux.Fd;

/**
 * Something that a running instance does for as long as its client stays connected, or until it is
 * done. Each request has a thread of its own; the server bounds their number.
 */
public interface StreamingCommand {
  /** The value of a request's key {@code command}. */
  String name();

  /**
   * Serves a client, and returns when it is gone or nothing is left to do.
   *
   * @param request as the client wrote it
   * @param client the connection; the server closes it afterwards, and ends it when it closes
   * @param passed the descriptor that came with the request (SCM_RIGHTS), or null; the command's
   *     own from here on, also if this throws
   * @throws ControlRefused with a sentence, which the server tells the client
   * @throws IOException if the client does not take what it is told
   */
  void serve(Map<String, Object> request, ControlStream client, Fd passed)
      throws ControlRefused, IOException;
}
