package org.vhostdp.driver.netmap;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.linux.Poll;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.spi.RxQueue;
import org.vhostdp.spi.Statistics;
import org.vhostdp.spi.TxQueue;

/**
 * Rates, printed and not judged: medians of a warm JVM, each next to that of netmap's own pkt-gen
 * on such ports. What is judged: no frame is lost where none may be, and a crossing moves frames
 * whole.
 */
@Tag("guest-kernel")
@Tag("guest-compiled")
@Timeout(120)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class NetmapRatesTest {
  private static final int BURST = 256;
  private static final int LENGTH = 60;
  private static final int SAMPLES = 5;
  private static final long WINDOW = 2_000_000_000L;
  private static final long LEAST_WARM_UP = 12_000_000_000L;
  private static final long MOST_WARM_UP = 24_000_000_000L;
  private static final long SAMPLE = 500_000_000L;
  private static final long PKT_GEN_MILLIS = 5500;

  @BeforeEach
  void module() {
    NetmapModule.needed();
  }

  /** Prints what some work counts in a second. */
  private static void measure(String what, LongSupplier work) {
    long begin = System.nanoTime();
    long before = 0;
    long rate = rate(work, WINDOW);
    while (System.nanoTime() - begin < LEAST_WARM_UP
        || rate > before + (before >> 4) && System.nanoTime() - begin < MOST_WARM_UP) {
      before = rate;
      rate = rate(work, WINDOW);
    }
    long[] rates = new long[SAMPLES];
    Arrays.setAll(rates, _ -> rate(work, SAMPLE));
    PktGen.print("vhost-dp " + what, rates);
  }

  private static long rate(LongSupplier work, long nanos) {
    long count = 0;
    long start = System.nanoTime();
    while (System.nanoTime() - start < nanos) {
      count += work.getAsLong();
    }
    return count * 1_000_000_000L / (System.nanoTime() - start);
  }

  private static int send(Ends from, Burst burst) {
    TxQueue tx = from.port.tx(0);
    MemorySegment memory = from.memory();
    int claimed = tx.claim(burst, BURST);
    for (int i = 0; i < claimed; i++) {
      memory.set(ValueLayout.JAVA_BYTE, burst.offset[i], (byte) -1);
      burst.length[i] = LENGTH;
    }
    int sent = tx.transmit(burst, 0, claimed);
    tx.unclaim(burst, sent, claimed - sent);
    return sent;
  }

  private static int drain(Ends to, Burst burst) {
    RxQueue rx = to.port.rx(0);
    int all = 0;
    for (int n = rx.receive(burst, BURST); n > 0; n = rx.receive(burst, BURST)) {
      all += n;
      rx.release(burst, 0, n);
    }
    return all;
  }

  private static void measurePair(String what, Ends from, Ends to) {
    Burst burst = new Burst(BURST);
    measure(
        what,
        () -> {
          send(from, burst);
          return drain(to, burst);
        });
  }

  private static void measurePktGen(String what, String from, String to) throws Exception {
    if (PktGen.isThere()) {
      try (PktGen receiver = PktGen.start(to, "rx", BURST);
          PktGen sender = PktGen.start(from, "tx", BURST)) {
        Thread.sleep(PKT_GEN_MILLIS);
        PktGen.print("pkt-gen " + what, receiver.end());
        assertTrue(sender.end().length > 0);
      }
    }
  }

  @Test
  @Order(1)
  void fromPortToPort() throws Exception {
    try (Ends a = Ends.open("valeR1:a", "vnet-hdr", "off");
        Ends b = Ends.open("valeR1:b", "vnet-hdr", "off")) {
      measurePair("VALE, port to port", a, b);
    }
    measurePktGen("VALE, port to port", "valeR6:a", "valeR6:b");
    try (Ends a = Ends.open("valeR2:p{1");
        Ends b = Ends.open("valeR2:p}1")) {
      measurePair("pipe, end to end", a, b);
      Statistics sent = new Statistics();
      Statistics received = new Statistics();
      a.port.statistics(sent);
      b.port.statistics(received);
      assertEquals(sent.txFrames, received.rxFrames + b.receiveNow().size());
    }
    measurePktGen("pipe, end to end", "valeR6:p{1", "valeR6:p}1");
  }

  @Test
  @Order(2)
  void sendingAlone() throws Exception {
    try (Ends a = Ends.open("valeR3:a", "vnet-hdr", "off")) {
      Burst burst = new Burst(BURST);
      measure("VALE, sending alone", () -> send(a, burst));
    }
    if (PktGen.isThere()) {
      try (PktGen sender = PktGen.start("valeR4:a", "tx", BURST)) {
        Thread.sleep(PKT_GEN_MILLIS);
        PktGen.print("pkt-gen VALE, sending alone", sender.end());
      }
    }
  }

  @Test
  @Order(3)
  void receivingFromPktGen() throws Exception {
    if (PktGen.isThere()) {
      try (Ends receiver = Ends.open("valeR5:b", "vnet-hdr", "off");
          PktGen sender = PktGen.start("valeR5:a", "tx", BURST)) {
        Burst burst = new Burst(BURST);
        Poll poll = new Poll(1);
        measure("VALE, receiving from pkt-gen", () -> awaitAndDrain(receiver, burst, poll));
        assertTrue(sender.end().length > 0);
      }
    }
  }

  /** Sleeps where there is nothing, as an IO thread does: the sender needs the processor, too. */
  private static int awaitAndDrain(Ends receiver, Burst burst, Poll poll) {
    int drained = drain(receiver, burst);
    if (drained == 0 && !receiver.port.rx(0).wakeup().arm()) {
      poll.set(0, receiver.port.rx(0).wakeup().fd(), Poll.IN);
      await(poll);
    }
    return drained;
  }

  private static void await(Poll poll) {
    try {
      poll.await(20);
    } catch (LinuxException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  @Test
  @Order(4)
  void aCrossingMovesFramesWithoutACopy() throws Exception {
    PortSettings settings = PortSettings.defaults();
    try (Ends in = Ends.open(settings, "valeR7:m{1");
        Ends left = Ends.open(settings, "valeR7:m}1");
        Ends right = Ends.open(settings, "valeR7:m{2");
        Ends out = Ends.open(settings, "valeR7:m}2")) {
      Crossing crossing = Crossing.of(left.port, 0, right.port, 0);
      for (int i = 0; i < 1000; i++) {
        byte[] frame = Ends.frame(i, 60 + i % 1400);
        assertTrue(in.send(frame));
        assertEquals(1, crossing.move(BURST));
        assertArrayEquals(frame, out.receive());
      }
      Burst burst = new Burst(BURST);
      measure(
          "pipe, slots exchanged, pipe",
          () -> {
            send(in, burst);
            crossing.move(BURST);
            return drain(out, burst);
          });
    }
  }

  @Test
  @Order(5)
  void portsOfDifferentMemoryCannotCross() throws Exception {
    try (Ends a = Ends.open("valeR8:a");
        Ends b = Ends.open("valeR8:b")) {
      assertThrows(DriverException.class, () -> Crossing.of(a.port, 0, b.port, 0));
    }
  }
}
