package org.vhostdp.tck.rules;

import static org.vhostdp.tck.rule.Trial.require;

import java.util.HashSet;
import java.util.Set;
import org.vhostdp.linux.Capability;
import org.vhostdp.linux.LockedMemory;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.tck.harness.Harness;
import org.vhostdp.tck.harness.Wire;
import org.vhostdp.tck.rule.BareThread;
import org.vhostdp.tck.rule.Trial;

/** A process that may lock little memory: the way of AF_XDP's frames, io_uring and others. */
final class LockedLimit {
  private static final long LITTLE = 64 << 10;
  private static final int ROUNDS = 4;

  private LockedLimit() {}

  static void tooLowIsTold(Trial trial) throws Exception {
    Wire wire = trial.wire(Harness.Request.plain());
    LockedMemory before = LockedMemory.now();
    new LockedMemory(LITTLE, before.hard()).apply();
    try {
      DriverException told = attempt(trial, wire);
      if (told == null) {
        trial.observe("64 KiB of locked memory are enough");
        return;
      }
      trial.observe(told.getMessage());
      require(
          told.reason() == Reason.RESOURCES || told.reason() == Reason.PERMISSION,
          "too little locked memory was told as %s: %s",
          told.reason(),
          told.getMessage());
      require(
          !told.advice().isBlank(),
          "too little locked memory was told without advice: %s",
          told.getMessage());
      Traces.leftBy(
          ROUNDS, ROUNDS + " ports that lacked locked memory", () -> attempt(trial, wire));
    } finally {
      before.apply();
    }
  }

  /** How opening and starting failed without the privilege to lock at will; null if it did not. */
  private static DriverException attempt(Trial trial, Wire wire) throws Exception {
    Set<Integer> privileges = new HashSet<>(trial.harness().privileges());
    privileges.remove(Capability.CAP_IPC_LOCK);
    return BareThread.keeping(
        privileges,
        () -> {
          try (Port port = trial.driver().open(trial.config(wire.config()), trial.host())) {
            port.configure(PortSettings.defaults());
            port.start();
            return null;
          } catch (DriverException e) {
            return e;
          }
        });
  }
}
