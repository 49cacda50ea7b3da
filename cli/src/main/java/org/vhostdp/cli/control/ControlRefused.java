package org.vhostdp.cli.control;

/** A request over the control socket that is not done: a sentence for whoever asked. */
public final class ControlRefused extends Exception {
  private static final long serialVersionUID = 1L;

  public ControlRefused(String sentence) {
    super(sentence);
  }

  public ControlRefused(String sentence, Throwable cause) {
    super(sentence, cause);
  }
}
