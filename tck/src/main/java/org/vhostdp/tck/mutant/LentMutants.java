package org.vhostdp.tck.mutant;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Capabilities;
import org.vhostdp.spi.ForeignMemory;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.RxQueue;
import org.vhostdp.spi.TxQueue;

/** Ports that mishandle regions, completions or buffers. */
final class LentMutants {
  /** The upper half of the cookies that the kit's test of completion gives. */
  private static final long COOKIES = 0x4000;

  private static final int COOKIE_SHIFT = 32;
  private static final int FRAMES = 48;

  /** Room of the first buffer in the kit's test of received frames. */
  private static final int FIRST_ROOM = 72;

  private LentMutants() {}

  private static boolean isCounted(long cookie) {
    return cookie >>> COOKIE_SHIFT == COOKIES;
  }

  /** Asynchronous, and lets regions go at any time. */
  static Port unawaited(Port sound) {
    return late(sound, false);
  }

  /** Asynchronous, and tells of one frame twice. */
  static Port completesTwice(Port sound) {
    return late(sound, true);
  }

  private static Port late(Port sound, boolean twice) {
    Capabilities can = LateTx.asynchronous(sound);
    List<LateTx> queues = new ArrayList<>();
    return new LendingPort(sound) {
      @Override
      public Capabilities capabilities() {
        return can;
      }

      @Override
      boolean inFlight() {
        return twice && queues.stream().anyMatch(queue -> !queue.waiting.isEmpty());
      }

      @Override
      TxQueue wrap(TxQueue queue, int index) {
        LateTx late = twice ? new DoublingLateTx(queue) : new LateTx(queue);
        queues.add(late);
        return late;
      }
    };
  }

  /** Tells of one of the frames twice. */
  private static final class DoublingLateTx extends LateTx {
    DoublingLateTx(TxQueue queue) {
      super(queue);
    }

    @Override
    boolean tells(Burst frames, int i) {
      if (isCounted(frames.cookie[i]) && (int) frames.cookie[i] == FRAMES / 2) {
        waiting.add(frames.cookie[i]);
      }
      return true;
    }
  }

  /** Synchronous, and yet tells of frames. */
  static Port completesAtOnce(Port sound) {
    return new SamePort(sound) {
      @Override
      TxQueue wrap(TxQueue queue, int index) {
        return new LateTx(queue) {
          @Override
          boolean tells(Burst frames, int i) {
            return isCounted(frames.cookie[i]);
          }
        };
      }
    };
  }

  /** Writes into a region that was taken back. */
  static Port stale(Port sound) {
    return new LendingPort(sound) {
      private MemorySegment gone;

      @Override
      void reclaimed(int id) {
        boolean writable = (flags.getOrDefault(id, 0) & ForeignMemory.WRITABLE) != 0;
        gone = writable ? lent.get(id) : null;
      }

      @Override
      RxQueue wrap(RxQueue queue, int index) {
        return new SameRx(queue) {
          @Override
          public int receive(Burst frames, int max) {
            if (gone != null && gone.scope().isAlive()) {
              gone.set(ValueLayout.JAVA_BYTE, 1, (byte) 1);
              gone = null;
            }
            return queue.receive(frames, max);
          }
        };
      }
    };
  }

  /** Writes into memory that may only be read, then refuses it. */
  static Port receivesAnywhere(Port sound) {
    return new LendingPort(sound) {
      @Override
      RxQueue wrap(RxQueue queue, int index) {
        return new SameRx(queue) {
          @Override
          public int receiveInto(Burst buffers, int count) {
            MemorySegment memory = lent.get(buffers.region[0]);
            if (memory != null && flags.get(buffers.region[0]) == 0) {
              memory.set(ValueLayout.JAVA_BYTE, buffers.offset[0], (byte) 1);
            }
            return queue.receiveInto(buffers, count);
          }
        };
      }
    };
  }

  /** Completes checksums where the frame lies. */
  static Port completesInPlace(Port sound) {
    return new LendingPort(sound) {
      @Override
      TxQueue wrap(TxQueue queue, int index) {
        return new SameTx(queue) {
          @Override
          public int transmit(Burst frames, int first, int count) {
            int taken = queue.transmit(frames, first, count);
            int id = count > 0 ? frames.region[first] : 0;
            if (id != 0
                && (frames.flags[first] & Offload.CSUM_PARTIAL) != 0
                && lent.containsKey(id)
                && flags.get(id) == 0) {
              long at = frames.offset[first] + Offload.csumStart(frames.offload[first]);
              lent.get(id)
                  .set(
                      ValueLayout.JAVA_BYTE,
                      at,
                      (byte) ~lent.get(id).get(ValueLayout.JAVA_BYTE, at));
            }
            return taken;
          }
        };
      }
    };
  }

  /** Writes to the buffers of the call before. */
  static Port keepsBuffers(Port sound) {
    return new LendingPort(sound) {
      @Override
      RxQueue wrap(RxQueue queue, int index) {
        return new SameRx(queue) {
          private long before = -1;

          @Override
          public int receiveInto(Burst buffers, int count) {
            int used = queue.receiveInto(buffers, count);
            if (used > 0 && count > 1 && buffers.room[0] == FIRST_ROOM) {
              if (before >= 0 && before != buffers.offset[0]) {
                lent.get(buffers.region[0]).set(ValueLayout.JAVA_BYTE, before, (byte) 1);
              }
              before = buffers.offset[0];
            }
            return used;
          }
        };
      }
    };
  }
}
