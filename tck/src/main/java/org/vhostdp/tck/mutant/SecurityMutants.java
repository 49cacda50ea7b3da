package org.vhostdp.tck.mutant;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteOrder;
import java.nio.channels.ServerSocketChannel;
import java.util.List;
import java.util.function.UnaryOperator;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Driver;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.Region;
import org.vhostdp.spi.TxQueue;
import org.vhostdp.tck.rule.BareThread;
import org.vhostdp.tck.rules.Numbers;

/** Drivers that do more than they may, or fall over what they are given. */
final class SecurityMutants {
  /** A number of the kit's fuzzer that no other test uses. */
  private static final long OFFSET = -(1L << 40);

  private static final int LENGTH = 1 << 30;

  /** Longer than the frames of plain traffic. */
  private static final int FUZZED = 700;

  private static final int IPV4 = 0x0800;
  private static final ValueLayout.OfShort BIG_ENDIAN =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private SecurityMutants() {}

  static List<Mutant> mutants() {
    return List.of(
        swept(
            "SEC-1",
            "starts a program",
            "an open port has started processes",
            Wraps.tx(
                tx -> new OnLength(tx, Numbers.PROCESS_LENGTH, SecurityMutants::startProgram))),
        swept(
            "SEC-2",
            "listens on a port",
            "an open port has IP sockets",
            Wraps.tx(tx -> new OnLength(tx, Numbers.SOCKET_LENGTH, SecurityMutants::listen))),
        new Mutant(
            "SEC-3",
            "falls over an IPv4 header that is too short",
            "made a burst method throw",
            Wraps.ports(port -> new Parsing(port, true))),
        new Mutant(
            "SEC-3",
            "sends nothing more after an IPv4 header that is too short",
            "after fuzzed frames the wire saw nothing",
            Wraps.ports(port -> new Parsing(port, false))),
        new Mutant(
            "SEC-4",
            "uses an offset as an index",
            "nonsense made transmit throw",
            Wraps.tx(IndexingTx::new)),
        new Mutant(
            "SEC-4",
            "takes a frame of a gigabyte",
            "nonsense was accepted",
            Wraps.tx(GreedyTx::new)),
        new Mutant(
            "SEC-5",
            "starts as root only",
            "start needs more privileges",
            Wraps.ports(RootPort::new)),
        new Mutant(
            "SEC-5",
            "transmits with privileges only",
            "transmit without privileges took nothing",
            Wraps.tx(RootTx::new)));
  }

  private static Mutant swept(String rule, String name, String says, UnaryOperator<Driver> breaks) {
    return new Mutant(
        rule,
        name,
        says,
        driver -> {
          Litter.sweep();
          return breaks.apply(driver);
        });
  }

  private static void startProgram() {
    try {
      Process process = new ProcessBuilder("sleep", "10").start();
      Litter.leave(process::destroyForcibly);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void listen() {
    try {
      InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
      Litter.leave(ServerSocketChannel.open().bind(any));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Believes what an IPv4 header says about itself. */
  private static final class Parsing extends SamePort {
    private final boolean throwing;

    Parsing(Port port, boolean throwing) {
      super(port);
      this.throwing = throwing;
    }

    @Override
    TxQueue wrap(TxQueue queue, int index) {
      return new SameTx(queue) {
        private boolean stuck;

        @Override
        public int transmit(Burst frames, int first, int count) {
          if (count > 0 && frames.length[first] > FUZZED && isShort(frames, first)) {
            if (throwing) {
              throw new ArithmeticException("a header of less than 20 bytes");
            }
            stuck = true;
          }
          if (stuck) {
            queue.unclaim(frames, first, count);
            return count;
          }
          return queue.transmit(frames, first, count);
        }
      };
    }

    private boolean isShort(Burst frames, int i) {
      List<Region> regions = port.regions();
      if (frames.region[i] < 0 || frames.region[i] >= regions.size()) {
        return false;
      }
      MemorySegment memory = regions.get(frames.region[i]).segment();
      long at = frames.offset[i];
      if (at < 0 || at > memory.byteSize() - FUZZED) {
        return false;
      }
      int version = memory.get(ValueLayout.JAVA_BYTE, at + 14);
      return memory.get(BIG_ENDIAN, at + 12) == IPV4 && version >> 4 == 4 && (version & 15) < 5;
    }
  }

  /** Throws for an offset. */
  private static final class IndexingTx extends SameTx {
    IndexingTx(TxQueue queue) {
      super(queue);
    }

    @Override
    public int transmit(Burst frames, int first, int count) {
      if (count > 0 && frames.offset[first] == OFFSET) {
        throw new IndexOutOfBoundsException(frames.offset[first]);
      }
      return queue.transmit(frames, first, count);
    }
  }

  /** Takes any length. */
  private static final class GreedyTx extends SameTx {
    GreedyTx(TxQueue queue) {
      super(queue);
    }

    @Override
    public int transmit(Burst frames, int first, int count) {
      boolean huge = count == 1 && frames.length[first] == LENGTH;
      return huge ? 1 : queue.transmit(frames, first, count);
    }
  }

  /** Does not start on a thread that has no more than it needs. */
  private static final class RootPort extends SamePort {
    RootPort(Port port) {
      super(port);
    }

    @Override
    public void start() throws DriverException {
      if (Thread.currentThread().getName().equals(BareThread.LEAST)) {
        throw new DriverException(
            Reason.PERMISSION, "The port was not started (EPERM).", "Run as root.");
      }
      port.start();
    }
  }

  /** Sends nothing on a thread without privileges. */
  private static final class RootTx extends SameTx {
    RootTx(TxQueue queue) {
      super(queue);
    }

    @Override
    public int transmit(Burst frames, int first, int count) {
      boolean bare = Thread.currentThread().getName().equals(BareThread.NOTHING);
      return bare ? 0 : queue.transmit(frames, first, count);
    }
  }
}
