package org.vhostdp.tck.mutant;

import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.ForeignMemory;
import org.vhostdp.spi.Port;

/** Knows what is lent to the port, and may take what it should refuse. */
class LendingPort extends SamePort {
  private static final int MADE_UP = 4000;

  /** By id; those reclaimed too. */
  final Map<Integer, MemorySegment> lent = new HashMap<>();

  final Map<Integer, Integer> flags = new HashMap<>();
  private final String forgives;

  LendingPort(Port port) {
    this(port, "");
  }

  /**
   * @param forgives a word of the refusals that are not given
   */
  LendingPort(Port port, String forgives) {
    super(port);
    this.forgives = forgives;
  }

  /** Whether the driver still has frames of lent memory. */
  boolean inFlight() {
    return false;
  }

  /** After a region was taken back. */
  void reclaimed(int id) {
    // For those that break it.
  }

  @Override
  public <F> Optional<F> facet(Class<F> type) {
    Optional<F> facet = port.facet(type);
    if (type != ForeignMemory.class) {
      return facet;
    }
    return facet.map(sound -> type.cast(new Lending((ForeignMemory) sound)));
  }

  /** The facet. */
  private final class Lending implements ForeignMemory {
    private final ForeignMemory sound;

    Lending(ForeignMemory sound) {
      this.sound = sound;
    }

    @Override
    public int lend(MemorySegment memory, int bits) throws DriverException {
      int id = MADE_UP;
      try {
        id = sound.lend(memory, bits);
      } catch (DriverException e) {
        boolean forgiven = !forgives.isEmpty() && e.getMessage().contains(forgives);
        if (!forgiven || memory.byteSize() == 0 || bits > ForeignMemory.SHARED) {
          throw e;
        }
      }
      lent.put(id, memory);
      flags.put(id, bits);
      return id;
    }

    @Override
    public void reclaim(int id) throws DriverException {
      if (inFlight()) {
        throw new DriverException(
            DriverException.Reason.BUSY,
            "Frames of the region " + id + " are in flight.",
            "Wait until they are completed.");
      }
      if (id != MADE_UP) {
        sound.reclaim(id);
      }
      reclaimed(id);
    }
  }
}
