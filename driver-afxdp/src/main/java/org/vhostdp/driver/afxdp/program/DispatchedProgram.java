package org.vhostdp.driver.afxdp.program;

import java.util.Optional;
import org.vhostdp.driver.afxdp.program.Dispatcher.Dispatched;
import org.vhostdp.linux.AbstractName;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.linux.Namespaces;
import org.vhostdp.linux.XdpState;
import org.vhostdp.spi.DriverException;

/**
 * This driver's program among others, called by libxdp's dispatcher. It outlives processes: each
 * that uses it says so by a name, the last that closes detaches it, and what a killed one left is
 * swept at the next start.
 */
final class DispatchedProgram implements Attachment {
  private final Interface target;
  private final Fd namespace;
  private final XskMap map;
  private final AbstractName user;
  private final int program;
  private final boolean skb;
  private final boolean shared;
  private String remainder = "";

  private DispatchedProgram(Interface target, XskMap map, int program, boolean skb, boolean shared)
      throws DriverException {
    this.target = target;
    this.map = map;
    this.program = program;
    this.skb = skb;
    this.shared = shared;
    try {
      namespace = Namespaces.current();
    } catch (LinuxException e) {
      throw ProgramErrors.of(e);
    }
    try {
      user = target.use(program);
    } catch (DriverException e) {
      namespace.close();
      throw e;
    }
  }

  /** Attaches; the caller has the interface's lock. */
  static DispatchedProgram own(Interface target, boolean skb) throws DriverException {
    Libraries.needXdp();
    XskMap map = XskMap.create(target.name());
    try {
      Dispatcher.attach(map, target, skb);
      try (Dispatched all = Dispatched.of(target)) {
        return new DispatchedProgram(target, map, all.own(), skb, false);
      }
    } catch (DriverException e) {
      map.close();
      throw e;
    }
  }

  /** The program that another process of ours has there, if it has one. */
  static Optional<DispatchedProgram> join(Interface target, XdpState state) throws DriverException {
    int program;
    try (Dispatched all = Dispatched.of(target)) {
      program = all.isSingle() ? 0 : all.own();
    }
    Optional<XskMap> map = LoadedPrograms.map(program, target.name());
    if (map.isEmpty()) {
      return Optional.empty();
    }
    try {
      boolean skb = state.mode() == XdpState.SKB;
      return Optional.of(new DispatchedProgram(target, map.get(), program, skb, true));
    } catch (DriverException e) {
      map.get().close();
      throw e;
    }
  }

  @Override
  public XskMap map() {
    return map;
  }

  @Override
  public boolean skb() {
    return skb;
  }

  @Override
  public String describe() {
    return (skb ? "skb mode" : "native mode")
        + ", libxdp's dispatcher"
        + (shared ? ", shared with another process" : "");
  }

  @Override
  public void close() {
    user.close();
    map.close();
    try {
      Namespaces.in(
          namespace,
          () -> {
            return target.alone(
                () -> {
                  Leftovers.detachUnused(target, program);
                  return null;
                });
          });
    } catch (Exception e) {
      remainder =
          "The XDP program of "
              + target.name()
              + " was not removed: "
              + e.getMessage()
              + " The next start removes it.";
    } finally {
      namespace.close();
    }
  }

  @Override
  public String remainder() {
    return remainder;
  }
}
