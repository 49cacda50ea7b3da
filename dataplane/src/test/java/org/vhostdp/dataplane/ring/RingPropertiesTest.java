package org.vhostdp.dataplane.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.vhostdp.dataplane.memory.MemoryRefused;
import org.vhostdp.dataplane.net.Features;
import org.vhostdp.dataplane.ring.RingBed.Layout;

/** Our side of a ring against the twin's: what goes in comes out, in order, once. */
class RingPropertiesTest {
  /** A ring's kind, and how many chains have passed through it before. */
  record Shape(boolean packed, int size, Layout layout, boolean event, boolean inOrder, int past) {
    RingBed bed() throws Exception {
      long features =
          Features.VERSION_1
              | Features.INDIRECT_DESC
              | (packed ? Features.RING_PACKED : 0)
              | (event ? Features.EVENT_IDX : 0)
              | (inOrder ? Features.IN_ORDER : 0);
      RingBed bed = RingBed.create(layout, size, features);
      bed.advance(past);
      return bed;
    }
  }

  @Provide
  Arbitrary<Shape> shapes() {
    Arbitrary<Integer> split = Arbitraries.integers().between(0, 15).map(power -> 1 << power);
    Arbitrary<Integer> packed =
        Arbitraries.frequencyOf(
            Tuple.of(3, Arbitraries.integers().between(1, 70)),
            Tuple.of(2, Arbitraries.of(127, 128, 255, 1000, 1024)),
            Tuple.of(1, Arbitraries.of(4097, 32767, 32768)));
    Arbitrary<Integer> past =
        Arbitraries.frequencyOf(
            Tuple.of(2, Arbitraries.of(0, 0x7FFF, 0xFFF0, 0xFFFF)),
            Tuple.of(2, Arbitraries.integers().between(0, 300)),
            Tuple.of(1, Arbitraries.integers().between(0, 0x10000)));
    Arbitrary<Boolean> flag = Arbitraries.of(true, false);
    return flag.flatMap(
        isPacked ->
            Combinators.combine(
                    isPacked ? packed : split, Arbitraries.of(Layout.class), flag, flag, past)
                .as((size, layout, e, o, p) -> new Shape(isPacked, size, layout, e, o, p)));
  }

  @Property(tries = 150, edgeCases = EdgeCasesMode.NONE)
  void chainsArriveAsMadeAndReturnOnce(@ForAll("shapes") Shape shape, @ForAll long seed)
      throws Exception {
    try (RingBed bed = shape.bed()) {
      // Enough to go round the ring more than twice.
      int goal = Math.clamp(5L * shape.size / 2, 200, 50_000);
      new Traffic(bed, new Random(seed)).run(goal);
      bed.assertGuards();
    }
  }

  /** One chain as the driver made it. */
  private record Sent(int token, long[] address, int[] length, int out, int in) {
    long bytes(int from, int to) {
      long bytes = 0;
      for (int i = from; i < to; i++) {
        bytes += length[i];
      }
      return bytes;
    }
  }

  /** Random traffic with a record of what must come. */
  private static final class Traffic {
    private final RingBed bed;
    private final Random random;
    private final Chains chains;

    /** Published and not completed, in order; what the device must collect. */
    private final List<Sent> open = new ArrayList<>();

    /** Completed and not flushed, then flushed and not seen by the driver. */
    private final ArrayDeque<int[]> completed = new ArrayDeque<>();

    private int made;

    Traffic(RingBed bed, Random random) {
      this.bed = bed;
      this.random = random;
      int batch = Math.min(bed.driver().size(), 1 + random.nextInt(256));
      this.chains = new Chains(batch, bed.driver().size());
    }

    void run(int goal) throws MemoryRefused {
      while (made < goal) {
        add();
        turn();
        if (random.nextInt(20) == 0) {
          bed.restart();
        }
      }
      while (!open.isEmpty()) {
        turn();
      }
      assertEquals(0, bed.driver().inFlight());
      assertFalse(bed.device().hasWork());
      assertNull(bed.device().fault());
    }

    private void add() {
      int most = random.nextInt(8) == 0 ? bed.driver().size() : 1 + random.nextInt(300);
      for (int i = random.nextInt(most + 1); i > 0; i--) {
        if (!addOne()) {
          break;
        }
      }
      bed.driver().publish();
    }

    private boolean addOne() {
      int size = bed.driver().size();
      boolean indirect = random.nextInt(4) == 0;
      int most = Math.min(size, random.nextInt(10) == 0 ? 64 : 5);
      int elements = random.nextBoolean() ? 1 : 1 + random.nextInt(most);
      int out = random.nextInt(elements + 1);
      long[] address = new long[elements];
      int[] length = new int[elements];
      for (int i = 0; i < elements; i++) {
        length[i] = 1 + random.nextInt(random.nextBoolean() ? 64 : 9000);
        address[i] = bed.anyAddress(random, length[i]);
      }
      int token =
          elements == 1 && !indirect
              ? bed.driver().add(address[0], length[0], out == 0)
              : bed.driver().add(address, length, out, elements - out, indirect);
      if (token < 0) {
        return false;
      }
      open.add(new Sent(token, address, length, out, elements - out));
      made++;
      return true;
    }

    /** The device takes some, returns some of these; the driver takes those back. */
    private void turn() {
      int n = bed.device().collect(chains, 1 + random.nextInt(chains.capacity()));
      chains.unfold();
      assertTrue(n >= 0, bed.device().fault());
      assertTrue(n <= open.size());
      assertEquals(open.isEmpty(), n == 0, "what is published is collected");
      for (int i = 0; i < n; i++) {
        checkCollected(i, open.get(i));
      }
      int first = random.nextInt(n + 1);
      complete(0, first);
      complete(first, random.nextInt(n - first + 1));
      assertFalse(bed.driver().nextUsed(), "completed chains are hidden until the flush");
      bed.device().flush();
      while (!completed.isEmpty()) {
        int[] expected = completed.poll();
        assertTrue(bed.driver().nextUsed());
        assertEquals(expected[0], bed.driver().usedToken());
        assertEquals(expected[1], bed.driver().usedLength());
      }
      assertFalse(bed.driver().nextUsed());
    }

    private void complete(int from, int count) {
      if (count == 0) {
        return;
      }
      boolean nothingWritten = random.nextBoolean();
      for (int i = from; i < from + count; i++) {
        Sent sent = open.removeFirst();
        long room = sent.bytes(sent.out, sent.out + sent.in);
        int written = nothingWritten || room == 0 ? 0 : random.nextInt((int) room + 1);
        chains.written[i] = written;
        completed.add(new int[] {sent.token, written});
      }
      bed.device().complete(chains, from, count);
    }

    private void checkCollected(int i, Sent sent) {
      assertEquals(sent.token, chains.id[i]);
      assertEquals(sent.bytes(0, sent.out), chains.readableBytes[i]);
      assertEquals(sent.bytes(sent.out, sent.out + sent.in), chains.writableBytes[i]);
      int b = chains.first[i];
      for (int e = 0; e < sent.out + sent.in; e++) {
        if (e == sent.out) {
          assertEquals(b, chains.writable[i]);
        }
        // One element is one buffer, or several where it crosses regions.
        for (int done = 0; done < sent.length[e]; b++) {
          long at = bed.memory().guest(chains.region[b]) + chains.offset[b];
          assertEquals(sent.address[e] + done, at);
          assertTrue(chains.offset[b] + chains.length[b] <= bed.memory().size(chains.region[b]));
          done += chains.length[b];
          assertTrue(done <= sent.length[e]);
        }
      }
      assertEquals(chains.first[i + 1], b);
      if (sent.in == 0) {
        assertEquals(b, chains.writable[i]);
      }
    }
  }
}
