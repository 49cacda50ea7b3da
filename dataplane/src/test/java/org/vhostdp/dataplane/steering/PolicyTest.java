package org.vhostdp.dataplane.steering;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vhostdp.dataplane.steering.SwitchBed.Got;
import org.vhostdp.spi.QueuePolicy;

/** A policy chooses, as long as it makes sense; traffic goes on whatever it does. */
class PolicyTest {
  private interface Choice {
    int queue(MemorySegment frame, long offset, int length, int hash, int queues);
  }

  private static QueuePolicy policy(Choice choice) {
    return new QueuePolicy() {
      @Override
      public String name() {
        return "test";
      }

      @Override
      public int queue(MemorySegment frame, long offset, int length, int hash, int queues) {
        return choice.queue(frame, offset, length, hash, queues);
      }
    };
  }

  private static byte[] flow(int i) {
    return Packets.flow(Packets.UDP, "10.0.0.1", 1000 + i % 50, "10.1.0.1", 80, i);
  }

  private static long all(List<List<Got>> got) {
    return got.stream().mapToInt(List::size).sum();
  }

  @Test
  void itSeesTheFrameAndChooses() throws Exception {
    try (SwitchBed bed = new SwitchBed(2, 3, SteeringSpec.AUTO)) {
      bed.ports.policy(
          policy(
              (frame, at, length, hash, queues) ->
                  frame.get(ValueLayout.JAVA_BYTE, at + length - 1) % queues));
      for (int i = 0; i < 99; i++) {
        bed.drivers[i & 1].feed(flow(i));
      }
      List<List<Got>> got = bed.drain();
      for (int q = 0; q < 3; q++) {
        assertEquals(33, got.get(q).size());
        for (Got one : got.get(q)) {
          assertEquals(q, Packets.mark(one.bytes()) % 3);
        }
      }
      assertEquals(0, bed.ports.policyFaults());
    }
  }

  @Test
  void itCannotWriteIntoFrames() throws Exception {
    try (SwitchBed bed = new SwitchBed(1, 2, SteeringSpec.AUTO)) {
      bed.ports.policy(
          policy(
              (frame, at, length, hash, queues) -> {
                frame.set(ValueLayout.JAVA_BYTE, at, (byte) 1);
                return 0;
              }));
      bed.drivers[0].feed(flow(1));
      assertEquals(1, all(bed.drain()));
      assertEquals(1, bed.ports.policyFaults());
    }
  }

  @Test
  void faultsAreCountedAndTrafficGoesOnByHash() throws Exception {
    int[] answers = {-1, 2, Integer.MAX_VALUE, Integer.MIN_VALUE};
    int[] calls = {0};
    Choice bad =
        (frame, at, length, hash, queues) -> {
          int call = calls[0]++;
          if (call % 10 == 4) {
            throw new IllegalStateException();
          }
          if (call % 10 == 9) {
            throw new StackOverflowError();
          }
          return answers[call % 5];
        };
    try (SwitchBed bed = new SwitchBed(1, 2, SteeringSpec.AUTO)) {
      bed.ports.policy(policy(bad));
      int[] queueOf = new int[50];
      for (int round = 0; round < 60; round++) {
        for (int i = 0; i < 50; i++) {
          bed.drivers[0].feed(flow(i));
        }
        List<List<Got>> got = bed.drain();
        assertEquals(50, all(got));
        for (int q = 0; q < 2; q++) {
          for (Got one : got.get(q)) {
            int i = Packets.mark(one.bytes());
            assertTrue(round == 0 || queueOf[i] == q, "a flow moved");
            queueOf[i] = q;
          }
          assertTrue(got.get(q).size() > 5, "flows are not spread");
        }
      }
      assertEquals(GuardedPolicy.MOST_FAULTS, bed.ports.policyFaults());
      assertEquals(GuardedPolicy.MOST_FAULTS, calls[0], "it is still asked");
    }
  }

  @Test
  void itIsToldTheActiveQueuesOnly() throws Exception {
    try (SwitchBed bed = new SwitchBed(1, 4, SteeringSpec.AUTO)) {
      bed.ports.active(0, false);
      bed.ports.active(3, false);
      bed.ports.policy(policy((frame, at, length, hash, queues) -> queues - 1));
      bed.drivers[0].feed(flow(1));
      assertEquals(1, bed.drain().get(2).size());
      assertEquals(0, bed.ports.policyFaults());
    }
  }
}
