package org.vhostdp.cli.control;

import java.util.Map;

/** Something that a running instance answers: one line of JSON each way. */
public interface ControlCommand {
  /** The value of a request's key {@code command}. */
  String name();

  /**
   * What a request works on, if it may take time: such requests leave the server's thread, and
   * those with the same text follow each other. Null, the usual: it is answered at once.
   */
  default String lane(Map<String, Object> request) {
    return null;
  }

  /**
   * The answer, without its key {@code ok}. On the server's thread, or on that of its lane.
   *
   * @param request as the client wrote it
   * @throws ControlRefused with a sentence
   */
  Map<String, Object> answer(Map<String, Object> request) throws ControlRefused;
}
