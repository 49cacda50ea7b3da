package org.vhostdp.dist;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.extension.ExtendWith;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.linux.UnixSocket;

/** From starting the program to a socket that takes a front-end. */
@Tag("image")
@ExtendWith({Diagnosis.class, LeavesNothing.class})
final class StartupIT {
  private static final int RUNS = 5;
  private static final Duration LIFE = Duration.ofSeconds(60);

  /** Machines differ and are shared: the figure is reported, only nonsense of the best fails. */
  private static final Duration MOST = Duration.ofSeconds(5);

  @Test
  void theSocketListensSoonAfterTheStart(TestReporter reporter) throws Exception {
    long[] millis = new long[RUNS];
    try (Lab lab = Lab.open()) {
      for (int i = 0; i < RUNS; i++) {
        millis[i] = start(lab, lab.file(i + ".sock"));
      }
    }
    Arrays.sort(millis);
    long median = millis[RUNS / 2];
    reporter.publishEntry("start to listening socket", median + " ms, best " + millis[0] + " ms");
    assertTrue(millis[0] < MOST.toMillis(), Arrays.toString(millis) + " ms");
  }

  private static long start(Lab lab, Path socket) throws IOException, InterruptedException {
    String[] words = {
      VhostDp.COMMAND, "run", "--control", socket + ".control", "--socket-path", "" + socket
    };
    long start = System.nanoTime();
    try (Session session = lab.start(LIFE, Map.of(), Arrays.asList(words))) {
      while (!listens(socket)) {
        Assertions.assertTrue(session.alive(), session.output());
        LockSupport.parkNanos(1_000_000);
      }
      long millis = (System.nanoTime() - start) / 1_000_000;
      session.awaitOutput(": driver ", LIFE);
      Assertions.assertEquals(0, session.terminate(LIFE), session.output());
      return millis;
    }
  }

  private static boolean listens(Path socket) {
    try (UnixSocket connection = UnixSocket.connect(socket)) {
      return connection.fd().raw() >= 0;
    } catch (LinuxException notYet) {
      return false;
    }
  }
}
