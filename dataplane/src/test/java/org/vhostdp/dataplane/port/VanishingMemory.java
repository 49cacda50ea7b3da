package org.vhostdp.dataplane.port;

import java.io.IOException;
import org.vhostdp.dataplane.frontend.vhostuser.Echo;
import org.vhostdp.dataplane.frontend.vhostuser.Leaks;
import org.vhostdp.dataplane.frontend.vhostuser.PortBed;
import org.vhostdp.dataplane.frontend.vhostuser.VhostUserPort;
import org.vhostdp.guest.twin.Feature;
import org.vhostdp.guest.twin.TwinDevice;
import org.vhostdp.guest.twin.TwinMemory;
import org.vhostdp.guest.twin.TwinOptions;
import org.vhostdp.guest.twin.VhostUserClient;
import org.vhostdp.guest.twin.Virtqueue;
import org.vhostdp.linux.Memfd;

/**
 * A process of its own in which a front-end truncates its guest's memory again and again, while
 * another port's guest counts its frames. Ends with 0 if all is well; an aborted virtual machine
 * ends it otherwise.
 */
final class VanishingMemory {
  private static final long BYTES = 8 << 20;

  private VanishingMemory() {}

  /** Frames before the first loss, and losses. */
  public static void main(String[] args) throws Exception {
    int warm = Integer.parseInt(args[0]);
    int rounds = Integer.parseInt(args[1]);
    try (PortBed bed = new PortBed(1)) {
      VhostUserPort bad = bed.serve(PortBed.spec("bad", 1), PortBed.loopback());
      bed.serve(PortBed.spec("good", 1), PortBed.loopback());
      try (TwinDevice other = bed.guest("good", TwinOptions.defaults())) {
        Echo echo = new Echo(other.net().pair(0));
        echo.run(100 + warm);
        Leaks before = Leaks.settled();
        for (int round = 0; round < rounds; round++) {
          lose(bed, bad, round, warm);
          echo.run(200);
          before.awaitSame("round " + round);
        }
      }
      if (!bed.threads().get(0).thread().isAlive() || !bad.running()) {
        throw new AssertionError("a thread of the dataplane ended");
      }
    }
    System.out.println("survived " + rounds);
  }

  private static void lose(PortBed bed, VhostUserPort bad, int round, int warm) throws IOException {
    TwinOptions options = TwinOptions.defaults().plus(round % 2 == 0 ? 0 : Feature.RING_PACKED);
    try (TwinMemory memory = TwinMemory.create(BYTES, 1);
        TwinDevice guest =
            TwinDevice.start(VhostUserClient.connect(bed.socket("bad")), memory, options)) {
      // What a former guest sent and never took may come first.
      Echo echo = Echo.pastOthers(guest.net().pair(0));
      echo.run(round == 0 ? 1 + warm : 50);
      Virtqueue transmit = guest.net().pair(0).transmitQueue();
      boolean busy = round % 4 >= 2;
      if (busy) {
        for (int i = 0; i < 90; i++) {
          echo.send();
        }
        guest.net().pair(0).flush();
      } else {
        PortBed.pause(10);
      }
      Memfd.truncate(memory.regions().get(0).fd(), 0);
      for (int i = 0; i < 5; i++) {
        transmit.kick();
        guest.net().pair(0).receiveQueue().kick();
        PortBed.pause(1);
      }
      PortBed.await(
          "the fault",
          () -> bad.status().rings().stream().anyMatch(r -> r.fault() != null) || !bad.attached());
    }
  }
}
