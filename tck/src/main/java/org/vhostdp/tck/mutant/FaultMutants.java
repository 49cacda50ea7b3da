package org.vhostdp.tck.mutant;

import java.util.List;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.linux.LockedMemory;
import org.vhostdp.spi.Driver;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;
import org.vhostdp.spi.Host;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortConfig;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.tck.rule.BareThread;

/** Drivers that tell badly what went wrong. */
final class FaultMutants {
  /** How far beyond the range the kit's test asks. */
  private static final int BEYOND = 7777;

  private FaultMutants() {}

  static List<Mutant> mutants() {
    return List.of(
        new Mutant(
            "FAULT-1",
            "gives errno's text alone",
            "but this is no sentence",
            Wraps.ports(port -> new TersePort(port, "Invalid argument"))),
        new Mutant(
            "FAULT-1",
            "does not name what it refuses",
            "does not name the number",
            Wraps.ports(port -> new TersePort(port, "The MTU cannot be met."))),
        new Mutant(
            "FAULT-2",
            "calls a missing privilege a broken device",
            "a missing privilege was told as DEVICE",
            Unprivileged::new),
        new Mutant(
            "FAULT-5",
            "calls a low limit a broken device",
            "too little locked memory was told as DEVICE",
            Limited::new),
        told(Reason.BUSY, "FAULT-3", "a device that somebody holds was told as DEVICE", true),
        told(Reason.BUSY, "FAULT-3", "a device that somebody holds of the configuration", false),
        told(Reason.NOT_FOUND, "FAULT-4", "a device that is absent was told as DEVICE", true),
        told(Reason.NOT_FOUND, "FAULT-4", "a device that is absent of the configuration", false));
  }

  private static Mutant told(Reason reason, String rule, String says, boolean otherReason) {
    String name = otherReason ? "is told as another failure" : "is told without its name";
    return new Mutant(
        rule,
        reason + " " + name,
        says,
        driver ->
            otherReason
                ? new Retelling(driver, reason, Reason.DEVICE, "")
                : new Retelling(driver, reason, reason, "The device cannot be opened now."));
  }

  /** Says too little about one MTU. */
  private static final class TersePort extends SamePort {
    private final String says;

    TersePort(Port port, String says) {
      super(port);
      this.says = says;
    }

    @Override
    public void configure(PortSettings settings) throws DriverException {
      if (settings.mtu() == port.capabilities().maxMtu() + BEYOND) {
        throw new DriverException(Reason.UNSUPPORTED, says, "");
      }
      port.configure(settings);
    }
  }

  /** Fails without privileges, and does not say why. */
  private static final class Unprivileged extends SameDriver {
    Unprivileged(Driver driver) {
      super(driver);
    }

    @Override
    public Port open(PortConfig config, Host host) throws DriverException {
      if (Thread.currentThread().getName().equals(BareThread.NOTHING)) {
        throw new DriverException(
            Reason.DEVICE, "The device could not be opened (EPERM).", "Try again.");
      }
      return super.open(config, host);
    }
  }

  /** Needs locked memory, and does not say that it lacks it. */
  private static final class Limited extends SameDriver {
    private static final long NEEDED = 128 << 10;

    Limited(Driver driver) {
      super(driver);
    }

    @Override
    public Port open(PortConfig config, Host host) throws DriverException {
      try {
        if (!LockedMemory.now().allows(NEEDED)) {
          throw new DriverException(
              Reason.DEVICE, "The frames could not be registered (ENOBUFS).", "Try again.");
        }
      } catch (LinuxException e) {
        throw new DriverException(Reason.DEVICE, e.getMessage(), "", e);
      }
      return super.open(config, host);
    }
  }

  /** Tells one kind of failure in another way. */
  private static final class Retelling extends SameDriver {
    private final Reason from;
    private final Reason to;
    private final String says;

    Retelling(Driver driver, Reason from, Reason to, String says) {
      super(driver);
      this.from = from;
      this.to = to;
      this.says = says;
    }

    @Override
    public Port open(PortConfig config, Host host) throws DriverException {
      try {
        return super.open(config, host);
      } catch (DriverException e) {
        if (e.reason() != from) {
          throw e;
        }
        throw new DriverException(to, says.isEmpty() ? e.getMessage() : says, "", e);
      }
    }
  }
}
