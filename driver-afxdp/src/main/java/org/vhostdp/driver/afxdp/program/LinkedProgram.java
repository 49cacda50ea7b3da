package org.vhostdp.driver.afxdp.program;

import java.util.Optional;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.XdpState;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;

/**
 * One program alone on an interface, attached by a link: it stays while any process holds the link
 * and is gone with the last, however that ends.
 */
final class LinkedProgram implements Attachment {
  private static final String SINGLE = "a single program (bpf_link)";

  private final Fd link;
  private final XskMap map;
  private final boolean skb;
  private final String description;

  private LinkedProgram(Fd link, XskMap map, boolean skb, String way) {
    this.link = link;
    this.map = map;
    this.skb = skb;
    this.description = (skb ? "skb mode, " : "native mode, ") + way;
  }

  /**
   * This driver's own program; one that puts VLAN tags back runs in the interface's driver only.
   */
  static LinkedProgram own(Interface target, boolean skb, ProgramOptions.Tags tags)
      throws DriverException {
    if (tags != ProgramOptions.Tags.OFF && !skb) {
      try {
        return own(target, false, TagProgram::load, SINGLE + " that puts VLAN tags back");
      } catch (DriverException e) {
        if (tags == ProgramOptions.Tags.ON || e.reason() == Reason.PERMISSION) {
          throw e;
        }
        // The simpler one may load where this does not.
      }
    }
    return own(target, skb, (map, bound) -> RedirectProgram.load(map), SINGLE);
  }

  /** Loads a program that redirects to the map, for an interface. */
  private interface Loader {
    Fd load(XskMap map, Interface target) throws DriverException;
  }

  private static LinkedProgram own(Interface target, boolean skb, Loader loader, String way)
      throws DriverException {
    XskMap map = XskMap.create(target.name());
    try (Fd program = loader.load(map, target)) {
      return new LinkedProgram(XdpLink.attach(program.raw(), target, skb), map, skb, way);
    } catch (DriverException e) {
      map.close();
      throw e;
    }
  }

  /** The program that another process of ours attached, if it did so by a link. */
  static Optional<LinkedProgram> join(Interface target, XdpState state) throws DriverException {
    Optional<Fd> link = LoadedPrograms.link(state.program());
    if (link.isEmpty()) {
      return Optional.empty();
    }
    Optional<XskMap> map = LoadedPrograms.map(state.program(), target.name());
    if (map.isEmpty()) {
      link.get().close();
      return Optional.empty();
    }
    boolean skb = state.mode() == XdpState.SKB;
    String shared = SINGLE + ", shared with another process";
    return Optional.of(new LinkedProgram(link.get(), map.get(), skb, shared));
  }

  /** An operator's program. */
  static LinkedProgram of(String path, Interface target, boolean skb) throws DriverException {
    try (LoadedObject object = LoadedObject.load(path)) {
      XskMap map = XskMap.copyOf(object.map(), XskMap.NAME + " of " + path);
      try {
        Fd link = XdpLink.attach(object.program(), target, skb);
        return new LinkedProgram(link, map, skb, path + " as a single program (bpf_link)");
      } catch (DriverException e) {
        map.close();
        throw e;
      }
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
    return description;
  }

  @Override
  public void close() {
    link.close();
    map.close();
  }
}
