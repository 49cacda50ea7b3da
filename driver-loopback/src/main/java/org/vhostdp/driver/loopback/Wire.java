package org.vhostdp.driver.loopback;

import java.util.HashMap;
import java.util.Map;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;

/**
 * What joins two ends, or one end with itself. Control threads; every change is under one lock for
 * all wires, because it is rare.
 */
final class Wire {
  private static final Map<String, Wire> NAMED = new HashMap<>();

  private final String name;
  private WireEnd a;
  private WireEnd b;

  private Wire(String name) {
    this.name = name;
  }

  /** A wire of its own for an end that sends to itself. */
  static Wire loop() {
    return new Wire("");
  }

  /**
   * Attaches an end to the wire of the options' name, which is made if it is not there and may be.
   *
   * @throws DriverException if both its ends are taken
   */
  static Wire join(LoopbackOptions options, WireEnd end) throws DriverException {
    String name = options.wire();
    synchronized (NAMED) {
      if (options.joins() && !NAMED.containsKey(name)) {
        throw new DriverException(
            Reason.NOT_FOUND,
            "There is no wire \"" + name + "\" to join.",
            "Open its other port first, or leave out the key \"join\".");
      }
      Wire wire = NAMED.computeIfAbsent(name, Wire::new);
      if (wire.a != null && wire.b != null) {
        throw new DriverException(
            Reason.BUSY,
            "The wire \"" + name + "\" has two ports already.",
            "Close one of them or choose another name.");
      }
      WireEnd other = wire.a != null ? wire.a : wire.b;
      if (wire.a == null) {
        wire.a = end;
      } else {
        wire.b = end;
      }
      end.events().initial(other != null);
      if (other != null) {
        other.events().changed(true);
      }
      return wire;
    }
  }

  /**
   * Takes the wire of that name from under the ports at its ends.
   *
   * @param puller the end of the port that does so, which is left without a wire as well
   * @throws DriverException if there is no such wire
   */
  static void pull(String name, WireEnd puller) throws DriverException {
    synchronized (NAMED) {
      Wire wire = NAMED.remove(name);
      if (wire == null) {
        throw new DriverException(
            Reason.NOT_FOUND,
            "There is no wire \"" + name + "\" to pull out.",
            "Name the wire of ports that are open.");
      }
      for (WireEnd end : new WireEnd[] {wire.a, wire.b, puller}) {
        if (end != null) {
          end.remove();
        }
      }
    }
  }

  /** The end was closed; it is stopped already. */
  void leave(WireEnd end) {
    synchronized (NAMED) {
      WireEnd other = other(end);
      if (a == end) {
        a = null;
      } else if (b == end) {
        b = null;
      }
      if (other == null) {
        NAMED.remove(name, this);
      } else if (other != end) {
        other.events().changed(false);
      }
    }
  }

  /** The end's queues are ready. */
  void start(WireEnd end, Inbox inbox, WireTx[] tx, WireRx[] rx) {
    synchronized (NAMED) {
      end.started(inbox, tx, rx);
      WireEnd other = other(end);
      if (other != null) {
        end.sendTo(other);
        other.sendTo(end);
      }
    }
  }

  /** When it returns, the other end uses neither memory nor descriptors of this one. */
  void stop(WireEnd end) {
    synchronized (NAMED) {
      end.sendNowhere();
      WireEnd other = other(end);
      if (other != null) {
        other.sendNowhere();
      }
      end.stopped();
    }
  }

  /** Returns when every frame that is being sent to this end has arrived. */
  void settle(WireEnd end) {
    synchronized (NAMED) {
      WireEnd other = other(end);
      if (other != null) {
        other.awaitSenders();
      }
    }
  }

  private WireEnd other(WireEnd end) {
    return name.isEmpty() ? end : a == end ? b : a;
  }
}
