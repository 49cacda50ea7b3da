package org.vhostdp.tck.rules;

import static org.vhostdp.tck.rule.Trial.require;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.vhostdp.spi.Host;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.spi.SpiVersion;
import org.vhostdp.spi.Version;
import org.vhostdp.tck.harness.Harness;
import org.vhostdp.tck.harness.Wire;
import org.vhostdp.tck.rule.Trial;

/** Threads that a driver starts, and calls of the host's from threads that are not the host's. */
final class NoThreads {
  private static final int STARTS = 3;

  /** Threads that the JVM starts for itself when it first needs them. */
  private static final Set<String> OF_THE_JVM =
      Set.of("Common-Cleaner", "process reaper", "Attach Listener", "Notification Thread");

  private NoThreads() {}

  static void startsNoThreads(Trial trial) throws Exception {
    Wire wire = trial.wire(Harness.Request.plain());
    List<String> strangers = new ArrayList<>();
    Thread self = Thread.currentThread();
    Set<Thread> known = threads();
    Host host =
        new Host() {
          @Override
          public Version spiVersion() {
            return SpiVersion.CURRENT;
          }

          @Override
          public void log(System.Logger.Level level, String message) {
            if (Thread.currentThread() != self) {
              strangers.add(Thread.currentThread().getName());
            }
          }
        };
    try (Port port = trial.driver().open(trial.config(wire.config()), host)) {
      requireNoMore(known, "open");
      port.configure(PortSettings.defaults());
      for (int i = 1; i <= STARTS; i++) {
        port.start();
        requireNoMore(known, "start");
        wire.started();
        // The peer's own threads are no business of the driver's.
        known.addAll(threads());
        port.stop();
      }
    }
    requireNoMore(known, "close");
    require(strangers.isEmpty(), "the host was called from threads of the driver's: %s", strangers);
  }

  private static void requireNoMore(Set<Thread> known, String after) {
    for (Thread thread : threads()) {
      require(
          known.contains(thread) || OF_THE_JVM.contains(thread.getName()),
          "the driver started the thread \"%s\" in %s",
          thread.getName(),
          after);
    }
  }

  private static Set<Thread> threads() {
    return new HashSet<>(Thread.getAllStackTraces().keySet());
  }
}
