package org.vhostdp.rig.inside;

import java.util.Map;

/** Ends the process when a test does not: interrupting it has then been tried. */
final class TestWatchdog {
  private static final int STATUS = 70;

  private final TestReporter reporter;
  private final long seconds;

  TestWatchdog(TestReporter reporter, long seconds) {
    this.reporter = reporter;
    this.seconds = seconds;
  }

  void start() {
    Thread.ofPlatform().daemon().name("test-watchdog").start(this::watch);
  }

  private void watch() {
    try {
      while (!reporter.runsLongerThan(seconds)) {
        Thread.sleep(1000);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    String trace = traces();
    reporter.failRunning("It did not end within " + seconds + " s; its process was ended.", trace);
    Runtime.getRuntime().halt(STATUS);
  }

  private static String traces() {
    StringBuilder text = new StringBuilder();
    for (Map.Entry<Thread, StackTraceElement[]> each : Thread.getAllStackTraces().entrySet()) {
      text.append(each.getKey().getName()).append('\n');
      for (StackTraceElement frame : each.getValue()) {
        text.append("\tat ").append(frame).append('\n');
      }
    }
    return text.toString();
  }
}
