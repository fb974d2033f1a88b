// Nothing but the owner of the precompiled header of Catch2.
