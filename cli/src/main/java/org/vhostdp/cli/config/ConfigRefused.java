package org.vhostdp.cli.config;

import java.util.List;

/** A configuration that cannot be used: every mistake, a sentence each. */
public final class ConfigRefused extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient List<String> mistakes;

  public ConfigRefused(List<String> mistakes) {
    super(String.join("\n", mistakes));
    this.mistakes = List.copyOf(mistakes);
  }

  /** One sentence each; at least one. */
  public List<String> mistakes() {
    return mistakes;
  }
}
