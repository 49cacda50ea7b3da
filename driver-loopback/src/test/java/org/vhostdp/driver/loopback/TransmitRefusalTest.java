package org.vhostdp.driver.loopback;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.function.Consumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortSettings;

/** TX-1 to TX-3: a prefix is accepted, the tail is untouched, the status says why. */
class TransmitRefusalTest {
  private static final long TCP = Offload.pack(34, 16, 1448, 54);

  /** Sends a good frame, the one that the change makes bad, and another good one. */
  private static void refused(String mode, int status, Consumer<Burst> change)
      throws DriverException {
    refused(mode, status, change, "mtu", "1500", "segments", "3");
  }

  private static void refused(String mode, int status, Consumer<Burst> change, String... more)
      throws DriverException {
    String[] config = new String[more.length + 2];
    config[0] = "mode";
    config[1] = mode;
    System.arraycopy(more, 0, config, 2, more.length);
    try (Port port = Rig.start(PortSettings.defaults(), config)) {
      Burst burst = new Burst(6);
      assertEquals(6, port.tx(0).claim(burst, 6));
      for (int i = 0; i < 6; i++) {
        Rig.fill(port, burst, i, Rig.frame(100, i));
      }
      change.accept(burst);
      assertEquals(1, port.tx(0).transmit(burst, 0, 6));
      assertEquals(status, burst.status[1]);
      assertEquals(1, Rig.statistics(port).txErrors);
      assertEquals(1, Rig.statistics(port).txFrames);
      // The host drops the bad frame and goes on with the next; the pool stays whole.
      assertEquals(1, port.tx(0).transmit(burst, 5, 1));
      port.tx(0).claim(new Burst(1), 1);
      assertEquals(0, Rig.lendingErrors(port));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"loopback", "sink"})
  void badMemory(String mode) throws DriverException {
    refused(mode, Burst.BAD_MEMORY, b -> b.length[1] = 0);
    refused(mode, Burst.BAD_MEMORY, b -> b.length[1] = -60);
    refused(mode, Burst.BAD_MEMORY, b -> b.region[1] = 1);
    refused(mode, Burst.BAD_MEMORY, b -> b.region[1] = -1);
    refused(mode, Burst.BAD_MEMORY, b -> b.region[1] = Integer.MAX_VALUE);
    refused(mode, Burst.BAD_MEMORY, b -> b.offset[1] = -1);
    refused(mode, Burst.BAD_MEMORY, b -> b.offset[1] = Long.MIN_VALUE);
    refused(mode, Burst.BAD_MEMORY, b -> b.offset[1] = Long.MAX_VALUE);
    refused(mode, Burst.BAD_MEMORY, b -> b.offset[1] -= 1);
    refused(mode, Burst.BAD_MEMORY, b -> b.offset[1] += b.room[1] - 99);
    refused(mode, Burst.BAD_MEMORY, b -> b.offset[1] = b.offset[0]);
    refused(
        mode,
        Burst.BAD_MEMORY,
        b -> {
          b.flags[1] = Offload.MORE;
          b.length[2] = 0;
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"loopback", "sink"})
  void tooLong(String mode) throws DriverException {
    refused(mode, Burst.TOO_LONG, b -> b.length[1] = 1500 + 14 + 8 + 1);
    refused(
        mode,
        Burst.TOO_LONG,
        b -> b.flags[1] = b.flags[2] = b.flags[3] = b.flags[4] = Offload.MORE);
    refused(
        mode,
        Burst.TOO_LONG,
        b -> {
          b.flags[1] = Offload.MORE | Offload.CSUM_PARTIAL | Offload.GSO_TCP4;
          b.offload[1] = TCP;
          b.length[1] = b.length[2] = 40_000;
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"loopback", "sink"})
  void neverAFrame(String mode) throws DriverException {
    refused(mode, Burst.REFUSED, b -> b.length[1] = 13);
    try (Port port = Rig.start(PortSettings.defaults(), "mode", mode)) {
      Burst burst = new Burst(1);
      port.tx(0).claim(burst, 1);
      Rig.fill(port, burst, 0, Rig.frame(60, 0));
      burst.flags[0] = Offload.MORE;
      assertEquals(0, port.tx(0).transmit(burst, 0, 1));
      assertEquals(Burst.REFUSED, burst.status[0]);
      assertThrows(IndexOutOfBoundsException.class, () -> port.tx(0).transmit(burst, 0, 2));
    }
  }

  private static Consumer<Burst> with(int flags, long numbers) {
    return b -> {
      b.flags[1] = flags;
      b.offload[1] = numbers;
    };
  }

  @ParameterizedTest
  @ValueSource(strings = {"loopback", "sink"})
  void badOffload(String mode) throws DriverException {
    int csum = Offload.CSUM_PARTIAL;
    int tso = csum | Offload.GSO_TCP4;
    refused(mode, Burst.BAD_OFFLOAD, with(Offload.KNOWN + 1, 0));
    refused(mode, Burst.BAD_OFFLOAD, with(Integer.MIN_VALUE, 0));
    refused(mode, Burst.BAD_OFFLOAD, with(Offload.HASH, 0));
    refused(mode, Burst.BAD_OFFLOAD, with(csum, Offload.pack(98, 1, 0, 0)));
    refused(mode, Burst.BAD_OFFLOAD, with(csum, Offload.pack(65_535, 65_535, 0, 0)));
    refused(mode, Burst.BAD_OFFLOAD, with(tso, Offload.pack(34, 16, 0, 54)));
    refused(mode, Burst.BAD_OFFLOAD, with(tso, Offload.pack(34, 16, 1448, 101)));
    refused(mode, Burst.BAD_OFFLOAD, with(tso | Offload.GSO_USO, TCP));
    refused(mode, Burst.BAD_OFFLOAD, with(Offload.GSO_TCP4, TCP));
    refused(mode, Burst.BAD_OFFLOAD, with(csum | Offload.GSO_USO | Offload.GSO_ECN, TCP));
    refused(mode, Burst.BAD_OFFLOAD, with(csum, TCP), "offloads", "none");
    refused(mode, Burst.BAD_OFFLOAD, with(tso, TCP), "offloads", "csum tso6");
    refused(mode, Burst.BAD_OFFLOAD, with(Offload.VLAN, 0), "offloads", "csum, tso4");
  }

  @ParameterizedTest
  @ValueSource(strings = {"loopback", "sink"})
  void foreignMemoryWhereThereIsNone(String mode) throws DriverException {
    refused(mode, Burst.BAD_MEMORY, b -> b.region[1] = 1, "foreign", "false");
  }
}
