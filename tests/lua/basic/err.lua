

error('runtime')