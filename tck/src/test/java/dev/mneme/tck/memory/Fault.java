package dev.mneme.tck.memory;

import dev.mneme.memory.Controller;
import dev.mneme.memory.MechanismContext;
import dev.mneme.memory.Memory;
import dev.mneme.memory.Reader;
import dev.mneme.memory.Writer;

/** What stands before the roles of a right mechanism and what it is built with; nothing by default. */
interface Fault {
    default MechanismContext context(MechanismContext right) {
        return right;
    }

    default Memory memory(Memory right, MechanismContext context) {
        return right;
    }

    default Reader reader(Reader right) {
        return right;
    }

    default Writer writer(Writer right) {
        return right;
    }

    default Controller controller(Controller right) {
        return right;
    }
}
