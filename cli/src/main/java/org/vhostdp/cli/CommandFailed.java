package org.vhostdp.cli;

/** A command that could not do its work: sentences for the operator, one a line. */
public final class CommandFailed extends Exception {
  private static final long serialVersionUID = 1L;

  private final int exitCode;

  /** Ends the command with {@link Exit#FAILED}. */
  public CommandFailed(String sentences) {
    this(Exit.FAILED, sentences, null);
  }

  /** Ends the command with an exit code. */
  public CommandFailed(int exitCode, String sentences) {
    this(exitCode, sentences, null);
  }

  /** Ends the command with an exit code; --verbose shows the cause. */
  public CommandFailed(int exitCode, String sentences, Throwable cause) {
    super(sentences, cause);
    this.exitCode = exitCode;
  }

  int exitCode() {
    return exitCode;
  }
}
