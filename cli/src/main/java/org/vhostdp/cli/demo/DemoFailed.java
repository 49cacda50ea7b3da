package org.vhostdp.cli.demo;

import java.io.IOException;

/** A demonstration that did not show what it should: a sentence. */
public final class DemoFailed extends IOException {
  private static final long serialVersionUID = 1L;

  DemoFailed(String sentence) {
    super(sentence);
  }

  DemoFailed(String sentence, Throwable cause) {
    super(sentence, cause);
  }
}
