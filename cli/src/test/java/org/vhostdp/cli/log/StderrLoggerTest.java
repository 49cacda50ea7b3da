package org.vhostdp.cli.log;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.System.Logger.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class StderrLoggerTest {
  @AfterEach
  void asItWas() {
    StderrLoggers.threshold(Level.INFO);
  }

  @Test
  void placesAreFilled() {
    assertEquals("a 1 b x", StderrLogger.filled("a {0} b {1}", 1, "x"));
    assertEquals("12345", StderrLogger.filled("{0}", 12345));
    assertEquals("null", StderrLogger.filled("{0}", (Object) null));
  }

  @Test
  void otherBracesStay() {
    assertEquals("{1} {x} { 7 }", StderrLogger.filled("{1} {x} { {0} }", 7));
    assertEquals("{0}", StderrLogger.filled("{0}"));
    assertEquals("a{", StderrLogger.filled("a{", 1));
  }

  @Test
  void librariesAreHeardLaterThanWe() {
    assertEquals(Level.INFO, StderrLoggers.thresholdFor(true));
    assertEquals(Level.WARNING, StderrLoggers.thresholdFor(false));
    StderrLoggers.threshold(Level.DEBUG);
    assertEquals(Level.DEBUG, StderrLoggers.thresholdFor(true));
    assertEquals(Level.INFO, StderrLoggers.thresholdFor(false));
  }
}
