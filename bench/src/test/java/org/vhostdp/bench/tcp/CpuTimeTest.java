package org.vhostdp.bench.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

final class CpuTimeTest {
  @Test
  void ownTimeAndThatOfEndedChildrenCountWhateverTheNameHolds() {
    String stat = "42 (a) b (c) S 1 42 42 0 -1 4194560 253 0 0 0 300 20 1000 7 20 0 1 0 1209122";
    assertEquals(300 + 20 + 1000 + 7, CpuTime.ticks(stat));
  }

  @Test
  void aBusyChildIsSeenWhileItRunsAndOnceItHasEnded() throws Exception {
    String busy = "i=0; while [ $i -lt 300000 ]; do i=$((i + 1)); done; ";
    // A shell that waits for a busy one: below it first a running child, then an ended one.
    Process shell =
        new ProcessBuilder("timeout", "50", "sh", "-c", "sh -c '" + busy + "read x'; read y")
            .start();
    try {
      List<Long> pids = List.of(shell.pid());
      long deadline = System.nanoTime() + 30_000_000_000L;
      while (CpuTime.seconds(pids) < 0.05 && System.nanoTime() < deadline) {
        Thread.sleep(20);
      }
      double running = CpuTime.seconds(pids);
      assertTrue(running >= 0.05, "seconds of the running child: " + running);
      shell.outputWriter().append('\n').flush();
      while (shell.descendants().count() > 1 && System.nanoTime() < deadline) {
        Thread.sleep(20);
      }
      double ended = CpuTime.seconds(pids);
      assertTrue(ended >= running, "seconds fell from " + running + " to " + ended);
    } finally {
      shell.descendants().forEach(ProcessHandle::destroyForcibly);
      shell.destroyForcibly();
    }
  }

  @Test
  void aProcessThatHasEndedIsNotTakenForAnIdleOne() throws Exception {
    Process ended = new ProcessBuilder("true").start();
    ended.waitFor();
    assertThrows(IOException.class, () -> CpuTime.seconds(List.of(ended.pid())));
  }
}
