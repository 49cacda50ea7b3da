package org.vhostdp.cli.control;

import java.util.ArrayList;
import java.util.List;
import org.vhostdp.dataplane.frontend.vhostuser.VhostUserPort;
import org.vhostdp.dataplane.net.QueueCounters;
import org.vhostdp.dataplane.net.QueueCounters.Name;
import org.vhostdp.dataplane.port.DeviceStatus;

/** What an operator should know about a port that does not do what it should: a sentence each. */
final class Hints {
  private Hints() {}

  static List<String> of(VhostUserPort port, DeviceStatus status) {
    List<String> hints = new ArrayList<>();
    for (DeviceStatus.Ring ring : status.rings()) {
      if (ring.fault() != null) {
        hints.add("Ring " + ring.index() + " is out of service: " + ring.fault() + ".");
      }
    }
    if (port.attached()) {
      memory(status, hints);
    }
    if (port.driver() == null) {
      hints.add(
          "The driver is lost, so the guest sees no carrier; it is opened again and again ("
              + port.state()
              + ").");
    } else if (!status.linkUp()) {
      hints.add("The driver's link is down, so the guest sees no carrier.");
    }
    drops(status, hints);
    return hints;
  }

  /** A guest whose memory is private kicks, but its rings look empty from here for ever. */
  private static void memory(DeviceStatus status, List<String> hints) {
    boolean running = false;
    long kicks = 0;
    long bursts = 0;
    for (DeviceStatus.Ring ring : status.rings()) {
      running |= ring.running();
      if ((ring.index() & 1) != 0) {
        kicks += ring.count(Name.KICKS);
        bursts += ring.count(Name.BURSTS) + dropped(ring);
      }
    }
    if (running && kicks > 0 && bursts == 0) {
      hints.add(
          "The guest kicks, but its rings look empty from here: its memory is probably not shared."
              + " Start QEMU with memory-backend-memfd and share=on.");
    }
  }

  private static void drops(DeviceStatus status, List<String> hints) {
    if (total(status, Name.DROPPED_TOO_LONG) > 0) {
      hints.add(
          "Frames did not fit the guest's buffers: give guest and driver the same MTU (key mtu).");
    }
    if (total(status, Name.DROPPED_OFFLOAD) > 0) {
      hints.add("Frames used an offload that the guest did not negotiate; the driver is at fault.");
    }
    if (total(status, Name.DROPPED_CLASS) > 0) {
      hints.add("More frames of a class came than its limit lets go and its queue holds (qos).");
    }
    if (total(status, Name.DROPPED_HEADERS) > 0) {
      hints.add("Frames asked for an offload that their own headers do not allow.");
    }
    if (total(status, Name.DROPPED_REFUSED) > 0) {
      hints.add("The driver refused frames for good: they were longer than it can send (key mtu).");
    }
    if (total(status, Name.DROPPED_MALFORMED) > 0) {
      hints.add("The guest sent frames whose descriptors or header made no sense.");
    }
  }

  private static long dropped(DeviceStatus.Ring ring) {
    return ring.count(Name.DROPPED_MALFORMED) + ring.count(Name.DROPPED_REFUSED);
  }

  private static long total(DeviceStatus status, QueueCounters.Name name) {
    return status.total(true, name) + status.total(false, name);
  }
}
