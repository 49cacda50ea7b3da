package org.vhostdp.cli;

/** A command that could not do its work: sentences for the operator, one a line. */
final class CommandFailed extends Exception {
  private static final long serialVersionUID = 1L;

  private final int exitCode;

  CommandFailed(String sentences) {
    this(Exit.FAILED, sentences, null);
  }

  CommandFailed(int exitCode, String sentences) {
    this(exitCode, sentences, null);
  }

  CommandFailed(int exitCode, String sentences, Throwable cause) {
    super(sentences, cause);
    this.exitCode = exitCode;
  }

  int exitCode() {
    return exitCode;
  }
}
