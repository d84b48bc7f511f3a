#!shebang
return 'after sharp'